//! The Squads v4 multisig program, as Squads published it on crates.io, as a builtin at its mainnet address.

use {
    crate::legacy,
    litesvm::LiteSVM,
    solana_account::Account,
    solana_address::Address,
    solana_program_runtime::{
        invoke_context::InvokeContext,
        solana_sbpf::{declare_builtin_function, program::BuiltinFunctionDefinition},
    },
    squads::{anchor_lang::AccountSerialize, state::ProgramConfig},
};

/// The release in Cargo.toml.
pub const CRATE_VERSION: &str = "2.0.0";

const SQUADS: Address = Address::from_str_const("SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf");
/// The hashes of two texts that `../../src/program/program-config.ts` has: keys that nobody holds.
const AUTHORITY: Address = Address::from_str_const("EEZNfJntbrGbwqQ3fZWpkyMFQbtMQZv4x8acdevZnx8a");
const TREASURY: Address = Address::from_str_const("DeRaKYxWgfdqooRDNMz4zH87DMCtSthJ5Lxhpume7w3");

/// Compute units for each call, beside what its system calls and invocations cost. Native instructions cannot be counted;
/// this stands for them, and is not what the deployed program uses.
const UNITS: u64 = 10_000;

declare_builtin_function!(
    Squads,
    fn rust(
        context: &mut InvokeContext<'_, '_>,
        _arg0: u64,
        _arg1: u64,
        _arg2: u64,
        _arg3: u64,
        _arg4: u64,
    ) -> Result<u64, Box<dyn std::error::Error>> {
        legacy::run(context, squads::entry, UNITS)?;
        Ok(0)
    }
);

/// Puts the program on the chain, and its global configuration account, which Squads made once on mainnet and without which
/// no multisig can be created. A multisig costs nothing to create.
pub fn install(svm: &mut LiteSVM) -> Result<(), String> {
    svm.add_builtin(SQUADS, Squads::register);
    let config = ProgramConfig {
        authority: AUTHORITY.to_bytes().into(),
        multisig_creation_fee: 0,
        treasury: TREASURY.to_bytes().into(),
        _reserved: [0; 64],
    };
    let mut data = Vec::new();
    config
        .try_serialize(&mut data)
        .map_err(|error| format!("program configuration: {error}"))?;
    let (address, _) = Address::find_program_address(&[b"multisig", b"program_config"], &SQUADS);
    let account = Account {
        lamports: svm.minimum_balance_for_rent_exemption(data.len()),
        data,
        owner: SQUADS,
        executable: false,
        rent_epoch: u64::MAX,
    };
    svm.set_account(address, account)
        .map_err(|error| format!("program configuration: {error}"))
}
