//! One call of a program.

use {
    super::{
        Entry,
        running::{Abort, Running, consume},
    },
    solana_instruction_error::InstructionError,
    solana_program_runtime::{
        invoke_context::InvokeContext,
        serialization::{deserialize_parameters, serialize_parameters},
        solana_sbpf::vm::ContextObject,
        stable_log,
    },
    solana_svm_log_collector::ic_logger_msg,
    std::panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs `entry` for the instruction `context` is at. `units` are consumed first, for the work of the program itself, which
/// nothing here can measure.
pub fn run(context: &mut InvokeContext, entry: Entry, units: u64) -> Result<(), InstructionError> {
    let log = context.get_log_collector();
    let available = context.get_remaining();
    let result = consume(context, units).and_then(|()| call(context, entry));
    let instruction = context.transaction_context.get_current_instruction_context()?;
    let program = *instruction.get_program_key()?;
    ic_logger_msg!(
        log,
        "Program {} consumed {} of {} compute units",
        program,
        available.saturating_sub(context.get_remaining()),
        available
    );
    let (_, returned) = context.transaction_context.get_return_data();
    if !returned.is_empty() {
        stable_log::program_return(&log, &program, returned);
    }
    result
}

fn call(context: &mut InvokeContext, entry: Entry) -> Result<(), InstructionError> {
    let instruction = context.transaction_context.get_current_instruction_context()?;
    let (mut input, _, accounts, _) = serialize_parameters(&instruction, false, false, false)?;
    let start = input.as_slice_mut().as_mut_ptr();
    let ended = {
        // SAFETY: this function does not touch `context` in this block.
        let _running = unsafe { Running::enter(context) };
        catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: `start` is an aligned input as `serialize_parameters` writes it for loaders since version 2, which is
            // what `deserialize` reads. `input` outlives the program's use of it.
            let (program, accounts, data) = unsafe { v1::entrypoint::deserialize(start) };
            entry(program, &accounts, data)
        }))
    };
    match ended {
        Ok(Ok(())) => {}
        // By way of the number that a program returns on chain, so that both read the same.
        Ok(Err(error)) => return Err(InstructionError::from(u64::from(error))),
        Err(payload) => {
            let aborted = payload.downcast::<Abort>();
            return Err(aborted.map_or(InstructionError::ProgramFailedToComplete, |abort| abort.0));
        }
    }
    let instruction = context.transaction_context.get_current_instruction_context()?;
    deserialize_parameters(&instruction, false, false, input.as_slice(), &accounts)
}
