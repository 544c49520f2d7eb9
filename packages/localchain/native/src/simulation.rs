//! What a transaction would do.

use {
    crate::{execution, outcome::Outcome, protocol::AddressedAccount, transaction},
    litesvm::LiteSVM,
    serde::Serialize,
    solana_transaction::versioned::VersionedTransaction,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulation {
    #[serde(flatten)]
    outcome: Outcome,
    /// The writable accounts afterwards. One that is not there has no lamports, no data, and the system program as owner.
    post_accounts: Vec<AddressedAccount>,
}

/// Executes on `svm`, which the caller has made for it.
pub fn simulate(mut svm: LiteSVM, transaction: VersionedTransaction) -> Result<Simulation, String> {
    let writable = transaction::writable(&transaction.message, svm.accounts_db());
    let outcome = execution::execute(&mut svm, transaction)?;
    let post_accounts = writable
        .into_iter()
        .map(|address| (address, svm.get_account(&address).unwrap_or_default()).into())
        .collect();
    Ok(Simulation { outcome, post_accounts })
}
