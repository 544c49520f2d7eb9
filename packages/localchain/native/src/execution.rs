//! Executes a transaction, and does what a validator does for one that fails.

use {
    crate::{nonce, outcome::Outcome},
    litesvm::LiteSVM,
    solana_message::VersionedMessage,
    solana_transaction::versioned::VersionedTransaction,
    solana_transaction_error::TransactionError,
};

/// The error is of the bank, not of the transaction.
pub fn execute(svm: &mut LiteSVM, transaction: VersionedTransaction) -> Result<Outcome, String> {
    let message = transaction.message.clone();
    let mut outcome = match svm.send_transaction(transaction) {
        Ok(meta) => return Ok(Outcome::succeeded(meta)),
        Err(failed) => Outcome::failed(failed),
    };
    if !outcome.processed {
        outcome.error = outcome.error.map(|error| missing_program(svm, &message, error));
        outcome.processed = outcome.error.as_ref().is_some_and(is_charged) && charge(svm, &message, outcome.fee.0)?;
    }
    if outcome.processed {
        nonce::advance(svm, &message)?;
    } else {
        outcome.fee.0 = 0;
    }
    Ok(outcome)
}

/// Errors of loading what a transaction names, found after its fee payer was good for the fee: a validator includes it,
/// charges the fee, and executes nothing (SIMD-0082).
fn is_charged(error: &TransactionError) -> bool {
    matches!(
        error,
        TransactionError::ProgramAccountNotFound
            | TransactionError::InvalidProgramForExecution
            | TransactionError::MaxLoadedAccountsDataSizeExceeded
    )
}

/// LiteSVM has one error for a program that is not there and one that is not a program; a validator has two.
fn missing_program(svm: &LiteSVM, message: &VersionedMessage, error: TransactionError) -> TransactionError {
    if error != TransactionError::InvalidProgramForExecution {
        return error;
    }
    let keys = message.static_account_keys();
    let unusable = message.instructions().iter().find_map(|instruction| {
        let account = svm.get_account(keys.get(usize::from(instruction.program_id_index))?);
        (!account.as_ref().is_some_and(|account| account.executable)).then_some(account)
    });
    match unusable {
        Some(None) => TransactionError::ProgramAccountNotFound,
        _ => error,
    }
}

/// Takes `fee` lamports from the fee payer; false when it does not have them.
fn charge(svm: &mut LiteSVM, message: &VersionedMessage, fee: u64) -> Result<bool, String> {
    let Some(payer) = message.static_account_keys().first() else {
        return Ok(false);
    };
    let Some(mut account) = svm.get_account(payer).filter(|account| account.lamports >= fee) else {
        return Ok(false);
    };
    account.lamports -= fee;
    svm.set_account(*payer, account)
        .map_err(|error| format!("fee payer {payer}: {error}"))?;
    Ok(true)
}
