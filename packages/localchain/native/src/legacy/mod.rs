//! Runs a program written against `solana-program` 1.17 or 1.18 as a builtin of a current runtime.
//!
//! The two sides share no Rust types, so they meet where programs and runtime meet on chain: in the serialized input of a
//! BPF program. The runtime's `serialize_parameters` writes it, the program's own `entrypoint::deserialize` reads it, and the
//! runtime's `deserialize_parameters` takes it back with every rule about who may change what. System calls arrive through
//! `program_stubs::SyscallStubs`, the hook that the old crate keeps for native builds.
//!
//! On chain a failed system call never returns to the program. Here it unwinds through it with the error ([`running::abort`]).

mod invoke;
mod loaned;
mod panics;
mod run;
mod running;
mod source_path;
mod syscalls;

pub use run::run;

use v1::{account_info::AccountInfo, entrypoint::ProgramResult, pubkey::Pubkey};

/// The entry function of a program on the old crate.
pub type Entry = for<'a> fn(&Pubkey, &'a [AccountInfo<'a>], &[u8]) -> ProgramResult;

/// Once for the process, before the first program runs.
pub fn install() {
    syscalls::install();
    panics::install();
}
