//! A failed transaction with a durable nonce still uses the nonce up; LiteSVM advances it only for one that succeeds.

use {
    crate::transaction::is_writable, litesvm::LiteSVM, solana_account::Account, solana_address::Address,
    solana_hash::Hash, solana_message::VersionedMessage, solana_nonce::state::DurableNonce,
    solana_sdk_ids::system_program,
};

/// `SystemInstruction::AdvanceNonceAccount`, a little-endian u32.
const ADVANCE: &[u8] = &[4, 0, 0, 0];
/// A nonce account: u32 version, u32 state, 32 bytes authority, 32 bytes nonce, u64 lamports per signature.
const ACCOUNT_BYTES: usize = 80;
/// Version 1 (current), state 1 (initialized).
const INITIALIZED: &[u8] = &[1, 0, 0, 0, 1, 0, 0, 0];
const AUTHORITY: std::ops::Range<usize> = 8..40;
const NONCE: std::ops::Range<usize> = 40..72;

/// Puts the next value into the nonce account of a failed transaction, where it has one. The next value follows from the
/// message's blockhash, as it does when the transaction succeeds here.
pub fn advance(svm: &mut LiteSVM, message: &VersionedMessage) -> Result<(), String> {
    let Some((address, mut account)) = used(svm, message) else {
        return Ok(());
    };
    let next = DurableNonce::from_blockhash(message.recent_blockhash());
    account.data[NONCE].copy_from_slice(next.as_hash().as_ref());
    svm.set_account(address, account)
        .map_err(|error| format!("nonce account {address}: {error}"))
}

/// The nonce account whose value the message has in place of a blockhash, when its first instruction advances it and the
/// authority has signed.
fn used(svm: &LiteSVM, message: &VersionedMessage) -> Option<(Address, Account)> {
    let keys = message.static_account_keys();
    let first = message.instructions().first()?;
    let program = keys.get(usize::from(first.program_id_index))?;
    if !system_program::check_id(program) || !first.data.starts_with(ADVANCE) {
        return None;
    }
    let index = usize::from(*first.accounts.first()?);
    let address = *keys.get(index).filter(|_| is_writable(message, index))?;
    let account = svm.get_account(&address)?;
    let data = &account.data;
    if !system_program::check_id(&account.owner) || data.len() != ACCOUNT_BYTES || !data.starts_with(INITIALIZED) {
        return None;
    }
    let nonce = Hash::new_from_array(data[NONCE].try_into().ok()?);
    let signed =
        first.accounts.iter().map(|index| usize::from(*index)).any(|index| {
            message.is_signer(index) && keys.get(index).is_some_and(|key| key.as_ref() == &data[AUTHORITY])
        });
    (nonce == *message.recent_blockhash() && signed).then_some((address, account))
}
