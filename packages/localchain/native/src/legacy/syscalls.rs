//! The old crate's system calls, answered by the running invocation at the runtime's prices.

use {
    super::{
        invoke::invoke,
        running::{abort, consume, log_of_program, or_abort, with},
        source_path::portable,
    },
    solana_instruction_error::InstructionError,
    solana_program_runtime::{invoke_context::InvokeContext, solana_sbpf::vm::ContextObject, stable_log},
    solana_svm_log_collector::ic_logger_msg,
    v1::{
        account_info::AccountInfo,
        clock::Clock,
        entrypoint::ProgramResult,
        program::MAX_RETURN_DATA,
        program_stubs::{SyscallStubs, set_syscall_stubs},
        pubkey::Pubkey,
        rent::Rent,
    },
};

const SUCCESS: u64 = 0;

struct Syscalls;

pub fn install() {
    set_syscall_stubs(Box::new(Syscalls));
}

impl SyscallStubs for Syscalls {
    fn sol_log(&self, message: &str) {
        if log_of_program().is_none() {
            return;
        }
        syscall(|context| {
            let base = context.get_execution_cost().syscall_base_cost;
            consume(context, base.max(message.len() as u64))?;
            stable_log::program_log(&context.get_log_collector(), &portable(message));
            Ok(())
        });
    }

    fn sol_log_data(&self, fields: &[&[u8]]) {
        syscall(|context| {
            let base = context.get_execution_cost().syscall_base_cost;
            let bytes: usize = fields.iter().map(|field| field.len()).sum();
            consume(context, base + base * fields.len() as u64 + bytes as u64)?;
            stable_log::program_data(&context.get_log_collector(), fields);
            Ok(())
        });
    }

    fn sol_log_compute_units(&self) {
        syscall(|context| {
            consume_base(context)?;
            ic_logger_msg!(
                context.get_log_collector(),
                "Program consumption: {} units remaining",
                context.get_remaining()
            );
            Ok(())
        });
    }

    fn sol_remaining_compute_units(&self) -> u64 {
        syscall(|context| consume_base(context).map(|()| context.get_remaining()))
    }

    fn sol_invoke_signed(
        &self,
        instruction: &v1::instruction::Instruction,
        account_infos: &[AccountInfo],
        signers_seeds: &[&[&[u8]]],
    ) -> ProgramResult {
        syscall(|context| invoke(context, instruction, account_infos, signers_seeds));
        Ok(())
    }

    fn sol_get_clock_sysvar(&self, at: *mut u8) -> u64 {
        let clock = syscall(|context| {
            consume_sysvar::<Clock>(context)?;
            context.environment_config.sysvar_cache().get_clock()
        });
        let clock = Clock {
            slot: clock.slot,
            epoch_start_timestamp: clock.epoch_start_timestamp,
            epoch: clock.epoch,
            leader_schedule_epoch: clock.leader_schedule_epoch,
            unix_timestamp: clock.unix_timestamp,
        };
        // SAFETY: `Sysvar::get` passes the address of a `Clock`.
        unsafe { at.cast::<Clock>().write(clock) };
        SUCCESS
    }

    fn sol_get_rent_sysvar(&self, at: *mut u8) -> u64 {
        let rent = syscall(|context| {
            consume_sysvar::<Rent>(context)?;
            context.environment_config.sysvar_cache().get_rent()
        });
        #[expect(deprecated, reason = "the old crate's rent has both factors")]
        let rent = Rent {
            lamports_per_byte_year: rent.lamports_per_byte,
            exemption_threshold: f64::from_le_bytes(rent.exemption_threshold),
            burn_percent: rent.burn_percent,
        };
        // SAFETY: `Sysvar::get` passes the address of a `Rent`.
        unsafe { at.cast::<Rent>().write(rent) };
        SUCCESS
    }

    fn sol_get_return_data(&self) -> Option<(Pubkey, Vec<u8>)> {
        syscall(|context| {
            consume_base(context)?;
            let (program, data) = context.transaction_context.get_return_data();
            let returned = || (Pubkey::new_from_array(program.to_bytes()), data.to_vec());
            Ok((!data.is_empty()).then(returned))
        })
    }

    fn sol_set_return_data(&self, data: &[u8]) {
        syscall(|context| {
            consume_base(context)?;
            if data.len() > MAX_RETURN_DATA {
                return Err(InstructionError::ProgramFailedToComplete);
            }
            let instruction = context.transaction_context.get_current_instruction_context()?;
            let program = *instruction.get_program_key()?;
            context.transaction_context.set_return_data(program, data.to_vec())
        });
    }

    fn sol_get_stack_height(&self) -> u64 {
        syscall(|context| consume_base(context).map(|()| context.get_stack_height() as u64))
    }

    fn sol_get_epoch_schedule_sysvar(&self, _at: *mut u8) -> u64 {
        unsupported()
    }

    fn sol_get_fees_sysvar(&self, _at: *mut u8) -> u64 {
        unsupported()
    }

    fn sol_get_epoch_rewards_sysvar(&self, _at: *mut u8) -> u64 {
        unsupported()
    }

    fn sol_get_last_restart_slot(&self, _at: *mut u8) -> u64 {
        unsupported()
    }
}

/// What fails in `body` ends the program.
fn syscall<T>(body: impl FnOnce(&mut InvokeContext<'static, 'static>) -> Result<T, InstructionError>) -> T {
    or_abort(with(body))
}

/// The Squads program reads the clock and the rent, and no other sysvar by system call.
fn unsupported() -> ! {
    abort(InstructionError::UnsupportedSysvar)
}

fn consume_base(context: &InvokeContext) -> Result<(), InstructionError> {
    consume(context, context.get_execution_cost().syscall_base_cost)
}

fn consume_sysvar<T>(context: &InvokeContext) -> Result<(), InstructionError> {
    consume(
        context,
        context.get_execution_cost().sysvar_base_cost + size_of::<T>() as u64,
    )
}
