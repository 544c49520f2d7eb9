//! The bank as bytes: what differs from the bank at the start of a process. The clock is one of its accounts.
//!
//! The format's name (8 bytes), the number of accounts that are gone (u32) and their addresses, the number of those that
//! are new or changed (u32), and for each: address (32), lamports (u64), owner (32), executable (u8, 0 or 1), length of the
//! data (u32), data. Integers are little-endian; addresses rise, so that equal banks are equal bytes.

use {
    litesvm::LiteSVM,
    solana_account::{Account, AccountSharedData, ReadableAccount},
    solana_address::Address,
    solana_sdk_ids::bpf_loader_upgradeable,
};

const FORMAT: &[u8; 8] = b"csnsvm\x00\x01";
/// `UpgradeableLoaderState::ProgramData`, the account that an upgradeable program's code is in.
const PROGRAM_DATA: u8 = 3;

pub fn save(genesis: &LiteSVM, svm: &LiteSVM) -> Vec<u8> {
    let (before, now) = (&genesis.accounts_db().inner, &svm.accounts_db().inner);
    let mut gone: Vec<&Address> = before.keys().filter(|address| !now.contains_key(*address)).collect();
    gone.sort_unstable();
    let mut changed: Vec<(&Address, &AccountSharedData)> = now
        .iter()
        .filter(|(address, account)| before.get(*address).is_none_or(|other| !same(other, account)))
        .collect();
    changed.sort_unstable_by_key(|(address, _)| *address);

    let mut bytes = FORMAT.to_vec();
    bytes.extend(count(gone.len()));
    for address in gone {
        bytes.extend(address.as_ref());
    }
    bytes.extend(count(changed.len()));
    for (address, account) in changed {
        bytes.extend(address.as_ref());
        bytes.extend(account.lamports().to_le_bytes());
        bytes.extend(account.owner().as_ref());
        bytes.push(u8::from(account.executable()));
        bytes.extend(count(account.data().len()));
        bytes.extend(account.data());
    }
    bytes
}

pub fn load(genesis: &LiteSVM, bytes: &[u8]) -> Result<LiteSVM, String> {
    let mut reader = Reader(bytes);
    if reader.take(FORMAT.len())? != FORMAT {
        return Err("not a snapshot of this program".into());
    }
    let mut accounts = Vec::new();
    for _ in 0..reader.u32()? {
        accounts.push((reader.address()?, Account::default()));
    }
    for _ in 0..reader.u32()? {
        accounts.push((reader.address()?, reader.account()?));
    }
    if !reader.0.is_empty() {
        return Err("a snapshot with bytes after its end".into());
    }
    // A program's account is loaded with the code it points to.
    accounts.sort_by_key(|(_, account)| !is_program_data(account));
    let mut svm = genesis.clone();
    for (address, account) in accounts {
        svm.set_account(address, account)
            .map_err(|error| format!("snapshot, account {address}: {error}"))?;
    }
    Ok(svm)
}

fn same(one: &AccountSharedData, other: &AccountSharedData) -> bool {
    one.lamports() == other.lamports()
        && one.owner() == other.owner()
        && one.executable() == other.executable()
        && one.data() == other.data()
}

fn is_program_data(account: &Account) -> bool {
    bpf_loader_upgradeable::check_id(&account.owner) && account.data.first() == Some(&PROGRAM_DATA)
}

fn count(count: usize) -> [u8; 4] {
    u32::try_from(count)
        .expect("accounts and their data are far below 4 GiB")
        .to_le_bytes()
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("a snapshot that is cut short")?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?
            .try_into()
            .map_err(|_| "a snapshot that is cut short".into())
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.array().map(u32::from_le_bytes)
    }

    fn address(&mut self) -> Result<Address, String> {
        self.array().map(Address::new_from_array)
    }

    fn account(&mut self) -> Result<Account, String> {
        let lamports = u64::from_le_bytes(self.array()?);
        let owner = self.address()?;
        let executable = match self.array()? {
            [0] => false,
            [1] => true,
            _ => return Err("a snapshot with a flag that is neither 0 nor 1".into()),
        };
        let length = self.u32()? as usize;
        Ok(Account {
            lamports,
            owner,
            executable,
            data: self.take(length)?.to_vec(),
            rent_epoch: u64::MAX,
        })
    }
}
