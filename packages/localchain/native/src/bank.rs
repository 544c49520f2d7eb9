//! The accounts, the clock, and what executes on them.

use {
    crate::{
        execution,
        outcome::Outcome,
        protocol::{AddressedAccount, WireAccount},
        simulation::{self, Simulation},
        snapshot, squads_program, transaction,
    },
    litesvm::LiteSVM,
    solana_account::Account,
    solana_address::Address,
    solana_clock::Clock,
    solana_hash::Hash,
    solana_slot_hashes::{MAX_ENTRIES, SlotHashes},
};

pub struct Bank {
    /// As at the start of every process: what a snapshot is a difference to.
    genesis: LiteSVM,
    svm: LiteSVM,
}

impl Bank {
    /// The runtime with mainnet's features, the SPL programs, and the Squads program with its configuration account.
    ///
    /// Signatures, blockhashes and replays are the caller's to check: the runtime is told not to, and keeps no history.
    pub fn genesis() -> Result<Self, String> {
        let mut svm = LiteSVM::default()
            .with_mainnet_features()
            .with_builtins()
            .with_sysvars()
            .with_feature_accounts()
            .with_default_programs()
            .with_sigverify(false)
            .with_blockhash_check(false)
            .with_transaction_history(0);
        squads_program::install(&mut svm)?;
        Ok(Bank {
            genesis: svm.clone(),
            svm,
        })
    }

    pub fn execute(&mut self, wire: &[u8]) -> Result<Outcome, String> {
        execution::execute(&mut self.svm, transaction::decode(wire)?)
    }

    /// As [`Bank::execute`], on a copy that is thrown away.
    pub fn simulate(&self, wire: &[u8]) -> Result<Simulation, String> {
        simulation::simulate(self.svm.clone(), transaction::decode(wire)?)
    }

    pub fn account(&self, address: &Address) -> Option<WireAccount> {
        self.svm.get_account(address).map(WireAccount::from)
    }

    /// Stores `account`; one without lamports is removed.
    pub fn set_account(&mut self, address: Address, account: Account) -> Result<(), String> {
        self.svm
            .set_account(address, account)
            .map_err(|error| format!("{address}: {error}"))
    }

    /// The accounts that `program` owns, by address.
    pub fn program_accounts(&self, program: &Address) -> Vec<AddressedAccount> {
        let mut accounts = self.svm.get_program_accounts(program);
        accounts.sort_unstable_by_key(|(address, _)| *address);
        accounts.into_iter().map(AddressedAccount::from).collect()
    }

    pub fn minimum_balance(&self, data_bytes: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(data_bytes)
    }

    /// The slots before join the SlotHashes sysvar, which the address lookup table program goes by. Their hashes are numbers.
    pub fn set_clock(&mut self, slot: u64, epoch: u64, unix_timestamp: i64) {
        let before: Clock = self.svm.get_sysvar();
        let epoch_start_timestamp = if before.epoch == epoch {
            before.epoch_start_timestamp
        } else {
            unix_timestamp
        };
        self.svm.set_sysvar(&Clock {
            slot,
            epoch_start_timestamp,
            epoch,
            leader_schedule_epoch: epoch.saturating_add(1),
            unix_timestamp,
        });
        if before.slot == slot {
            return;
        }
        let latest = slot.saturating_sub(1);
        let first = before.slot.max(slot.saturating_sub(MAX_ENTRIES as u64)).min(latest);
        let known: SlotHashes = self.svm.get_sysvar();
        let mut slots = SlotHashes::new(&[]);
        for (past, hash) in known.iter().filter(|(past, _)| *past < slot) {
            slots.add(*past, *hash);
        }
        for past in first..slot {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&past.to_le_bytes());
            slots.add(past, Hash::new_from_array(hash));
        }
        self.svm.set_sysvar(&slots);
    }

    pub fn save(&self) -> Vec<u8> {
        snapshot::save(&self.genesis, &self.svm)
    }

    /// Takes the place of the whole bank, or of nothing when `bytes` are not a snapshot.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.svm = snapshot::load(&self.genesis, bytes)?;
        Ok(())
    }
}
