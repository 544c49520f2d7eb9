//! `countersign-native-svm`: a Solana bank with the Squads v4 program of crates.io built in, spoken to in frames over
//! stdin and stdout (docs/spec/native-svm-protocol.md). It ends when stdin closes. For development and tests only.

mod bank;
mod execution;
mod frame;
mod legacy;
mod nonce;
mod outcome;
mod protocol;
mod serve;
mod simulation;
mod snapshot;
mod squads_program;
mod transaction;

use std::{process::ExitCode, thread};

/// The program recurses natively, once for each level of cross-program invocation.
const STACK_BYTES: usize = 64 * 1024 * 1024;

fn main() -> ExitCode {
    legacy::install();
    let serving = thread::Builder::new()
        .name("bank".into())
        .stack_size(STACK_BYTES)
        .spawn(|| serve::serve(std::io::stdin().lock(), std::io::stdout().lock()));
    let ended = match serving.map(thread::JoinHandle::join) {
        Ok(Ok(ended)) => ended,
        Ok(Err(_)) => Err("the bank could not be started".into()),
        Err(error) => Err(format!("no thread for the bank: {error}")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("countersign-native-svm: {reason}");
            ExitCode::FAILURE
        }
    }
}
