//! Cross-program invocation, with the checks and charges of the runtime's `cpi_common` and in its order.

use {
    super::{loaned::Loaned, running::consume},
    solana_address::Address,
    solana_instruction::{AccountMeta, Instruction},
    solana_instruction_error::InstructionError,
    solana_program_runtime::invoke_context::InvokeContext,
    solana_sdk_ids::{bpf_loader, bpf_loader_deprecated, bpf_loader_upgradeable, native_loader},
    solana_svm_log_collector::ic_logger_msg,
    solana_svm_timings::ExecuteTimings,
    solana_transaction_context::IndexOfAccount,
    v1::{account_info::AccountInfo, pubkey::Pubkey},
};

const MAX_INSTRUCTION_DATA_BYTES: usize = 10 * 1024;
const MAX_INSTRUCTION_ACCOUNTS: usize = 255;
const MAX_SIGNERS: usize = 16;

/// An account of the invocation that the caller has handed over.
struct Shared<'i, 'a> {
    in_caller: IndexOfAccount,
    is_writable: bool,
    loaned: Loaned<'i, 'a>,
}

pub fn invoke(
    context: &mut InvokeContext,
    callee: &v1::instruction::Instruction,
    infos: &[AccountInfo],
    seeds: &[&[&[u8]]],
) -> Result<(), InstructionError> {
    consume(context, context.get_execution_cost().invoke_units)?;
    if callee.data.len() > MAX_INSTRUCTION_DATA_BYTES || callee.accounts.len() > MAX_INSTRUCTION_ACCOUNTS {
        return refuse(context, "Invoked an instruction that is too large");
    }
    consume_bytes(context, callee.data.len())?;
    let signers = signers(context, seeds)?;
    let instruction = translate(callee);
    if !may_be_invoked(context, &instruction) {
        let program = instruction.program_id;
        return refuse(
            context,
            &format!("Program {program} not supported by inner instructions"),
        );
    }
    let metas = instruction.accounts.clone();
    context.prepare_next_cpi_instruction(instruction, &signers)?;
    let mut shared = share(context, &metas, infos)?;
    context.process_instruction(&mut 0, &mut ExecuteTimings::default())?;
    let caller = context.transaction_context.get_current_instruction_context()?;
    for shared in shared.iter_mut().filter(|shared| shared.is_writable) {
        let account = caller.try_borrow_instruction_account(shared.in_caller)?;
        shared.loaned.receive(&account, context)?;
    }
    Ok(())
}

/// Publishes what the caller has changed in each account of the invocation.
fn share<'i, 'a>(
    context: &InvokeContext,
    metas: &[AccountMeta],
    infos: &'i [AccountInfo<'a>],
) -> Result<Vec<Shared<'i, 'a>>, InstructionError> {
    let transaction = &context.transaction_context;
    let caller = transaction.get_current_instruction_context()?;
    let mut shared: Vec<Shared> = Vec::with_capacity(metas.len());
    for meta in metas {
        let in_transaction = transaction.find_index_of_account(&meta.pubkey);
        let in_transaction = in_transaction.ok_or(InstructionError::MissingAccount)?;
        let in_caller = caller.get_index_of_account_in_instruction(in_transaction)?;
        if let Some(seen) = shared.iter_mut().find(|seen| seen.in_caller == in_caller) {
            seen.is_writable |= meta.is_writable;
            continue;
        }
        let mut account = caller.try_borrow_instruction_account(in_caller)?;
        #[expect(deprecated, reason = "the runtime's own invocation asks it")]
        if account.is_executable() {
            consume_bytes(context, account.get_data().len())?;
            continue;
        }
        let Some(info) = infos.iter().find(|info| info.key.as_ref() == meta.pubkey.as_ref()) else {
            ic_logger_msg!(
                context.get_log_collector(),
                "Instruction references an unknown account {}",
                meta.pubkey
            );
            return Err(InstructionError::MissingAccount);
        };
        // SAFETY: the program waits for this system call, and an account that comes twice is shared once.
        let loaned = unsafe { Loaned::of(info) };
        consume_bytes(context, loaned.data_bytes())?;
        loaned.publish(&mut account)?;
        shared.push(Shared {
            in_caller,
            is_writable: meta.is_writable,
            loaned,
        });
    }
    Ok(shared)
}

/// The program addresses that the caller signs for.
fn signers(context: &InvokeContext, seeds: &[&[&[u8]]]) -> Result<Vec<Address>, InstructionError> {
    if seeds.len() > MAX_SIGNERS {
        return refuse(context, "Invoked with too many signers");
    }
    let caller = context.transaction_context.get_current_instruction_context()?;
    let program = *caller.get_program_key()?;
    let addresses = seeds
        .iter()
        .map(|seeds| Address::create_program_address(seeds, &program));
    addresses.collect::<Result<_, _>>().or_else(|error| {
        refuse(
            context,
            &format!("Could not create program address with signer seeds: {error}"),
        )
    })
}

/// Programs may not invoke loaders and precompiles, save for what changes an upgradeable program's code or authority.
fn may_be_invoked(context: &InvokeContext, instruction: &Instruction) -> bool {
    /// Upgrade, set authority, close, set authority checked.
    const OF_UPGRADEABLE_LOADER: &[u8] = &[3, 4, 5, 7];
    let program = &instruction.program_id;
    if bpf_loader_upgradeable::check_id(program) {
        return instruction
            .data
            .first()
            .is_some_and(|number| OF_UPGRADEABLE_LOADER.contains(number));
    }
    !native_loader::check_id(program)
        && !bpf_loader::check_id(program)
        && !bpf_loader_deprecated::check_id(program)
        && !context.is_precompile(program)
}

fn translate(instruction: &v1::instruction::Instruction) -> Instruction {
    let accounts = instruction.accounts.iter().map(|meta| AccountMeta {
        pubkey: address(&meta.pubkey),
        is_signer: meta.is_signer,
        is_writable: meta.is_writable,
    });
    Instruction {
        program_id: address(&instruction.program_id),
        accounts: accounts.collect(),
        data: instruction.data.clone(),
    }
}

fn address(key: &Pubkey) -> Address {
    Address::new_from_array(key.to_bytes())
}

fn consume_bytes(context: &InvokeContext, bytes: usize) -> Result<(), InstructionError> {
    let per_unit = context.get_execution_cost().cpi_bytes_per_unit;
    consume(context, (bytes as u64).checked_div(per_unit).unwrap_or(u64::MAX))
}

/// Errors of a system call that a transaction shows as a program that failed to complete.
fn refuse<T>(context: &InvokeContext, reason: &str) -> Result<T, InstructionError> {
    ic_logger_msg!(context.get_log_collector(), "{}", reason);
    Err(InstructionError::ProgramFailedToComplete)
}
