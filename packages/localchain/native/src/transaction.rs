//! The bytes of a transaction as they travel to a node.

use {
    crate::outcome::marker,
    solana_address::Address,
    solana_message::{AddressLoader, VersionedMessage},
    solana_transaction::versioned::VersionedTransaction,
    std::collections::BTreeSet,
};

/// Exactly one transaction. Its first signature, which nothing here looks at, becomes the [`marker`].
pub fn decode(wire: &[u8]) -> Result<VersionedTransaction, String> {
    let mut transaction: VersionedTransaction =
        wincode::deserialize(wire).map_err(|error| format!("not a transaction: {error}"))?;
    let canonical = wincode::serialize(&transaction).map_err(|error| format!("not a transaction: {error}"))?;
    if canonical != wire {
        return Err("not a transaction: its bytes are not the only encoding of it".into());
    }
    let first = transaction.signatures.first_mut();
    *first.ok_or("not a transaction: no signatures")? = marker();
    Ok(transaction)
}

/// Whether the message names its `index`-th account as writable, and does not invoke it.
pub fn is_writable(message: &VersionedMessage, index: usize) -> bool {
    message.is_maybe_writable_with_reserved_addresses(index, None::<&BTreeSet<Address>>)
}

/// The addresses the message names as writable, those of lookup tables last. Tables that cannot be read add none: the
/// transaction has then failed.
pub fn writable(message: &VersionedMessage, tables: impl AddressLoader) -> Vec<Address> {
    let keys = message.static_account_keys().iter().enumerate();
    let mut writable: Vec<Address> = keys
        .filter(|(index, _)| is_writable(message, *index))
        .map(|(_, key)| *key)
        .collect();
    if let Some(lookups) = message.address_table_lookups()
        && let Ok(loaded) = tables.load_addresses(lookups)
    {
        writable.extend(loaded.writable);
    }
    writable
}
