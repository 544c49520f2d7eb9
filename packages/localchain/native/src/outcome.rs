//! What a transaction came to, as the answer to `execute`.

use {
    crate::protocol::{Bytes, Text},
    litesvm::types::{FailedTransactionMetadata, TransactionMetadata},
    serde::Serialize,
    solana_address::Address,
    solana_message::inner_instruction::InnerInstruction,
    solana_signature::Signature,
    solana_transaction_error::TransactionError,
};

/// The first signature of every transaction that is executed. LiteSVM reports the signature of what it processed, and the
/// default one of what a validator would have dropped: nothing else that it reports tells the two apart.
pub fn marker() -> Signature {
    Signature::from([1; 64])
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// As in Solana's JSON-RPC.
    pub error: Option<TransactionError>,
    logs: Vec<String>,
    units_consumed: Text<u64>,
    pub fee: Text<u64>,
    pub processed: bool,
    inner_instructions: Vec<InnerInstructions>,
    return_data: Option<ReturnData>,
}

/// Those that the `index`-th instruction of the message led to.
#[derive(Serialize)]
struct InnerInstructions {
    index: usize,
    instructions: Vec<Inner>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    program_id_index: u8,
    accounts: Vec<u8>,
    data: Bytes,
    stack_height: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReturnData {
    program_id: Text<Address>,
    data: Bytes,
}

impl Outcome {
    pub fn succeeded(meta: TransactionMetadata) -> Self {
        Outcome::new(meta, None)
    }

    pub fn failed(failed: FailedTransactionMetadata) -> Self {
        Outcome::new(failed.meta, Some(failed.err))
    }

    fn new(meta: TransactionMetadata, error: Option<TransactionError>) -> Self {
        let inner_instructions = meta.inner_instructions.into_iter().enumerate();
        Outcome {
            processed: meta.signature == marker(),
            error,
            logs: meta.logs,
            units_consumed: Text(meta.compute_units_consumed),
            fee: Text(meta.fee),
            inner_instructions: inner_instructions
                .filter(|(_, inner)| !inner.is_empty())
                .map(|(index, inner)| InnerInstructions {
                    index,
                    instructions: inner.into_iter().map(Inner::from).collect(),
                })
                .collect(),
            return_data: (!meta.return_data.data.is_empty()).then_some(ReturnData {
                program_id: Text(meta.return_data.program_id),
                data: Bytes(meta.return_data.data),
            }),
        }
    }
}

impl From<InnerInstruction> for Inner {
    fn from(inner: InnerInstruction) -> Self {
        Inner {
            program_id_index: inner.instruction.program_id_index,
            accounts: inner.instruction.accounts,
            data: Bytes(inner.instruction.data),
            stack_height: u32::from(inner.stack_height),
        }
    }
}
