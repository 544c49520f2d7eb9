//! What requests and answers look like in JSON: bytes in base64, addresses in base58, 64-bit integers as decimal strings.

use {
    base64::{Engine, prelude::BASE64_STANDARD},
    serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error},
    solana_account::Account,
    solana_address::Address,
    std::{fmt::Display, str::FromStr},
};

/// Raised whenever a request or an answer changes its meaning.
pub const PROTOCOL: u32 = 1;

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    Describe,
    Execute {
        wire: Bytes,
    },
    Simulate {
        wire: Bytes,
    },
    GetAccount {
        address: Text<Address>,
    },
    SetAccount {
        address: Text<Address>,
        account: WireAccount,
    },
    GetProgramAccounts {
        program: Text<Address>,
    },
    MinimumBalance {
        data_bytes: usize,
    },
    SetClock {
        slot: Text<u64>,
        epoch: Text<u64>,
        unix_timestamp: Text<i64>,
    },
    Save,
    Load {
        snapshot: Bytes,
    },
}

/// Bytes, in base64 with padding.
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map(Bytes).map_err(D::Error::custom)
    }
}

/// A value that travels as the text it displays as: an address, a 64-bit integer.
#[derive(Clone, Copy)]
pub struct Text<T>(pub T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Text).map_err(D::Error::custom)
    }
}

#[derive(Serialize, Deserialize)]
pub struct WireAccount {
    lamports: Text<u64>,
    owner: Text<Address>,
    executable: bool,
    data: Bytes,
}

impl From<Account> for WireAccount {
    fn from(account: Account) -> Self {
        WireAccount {
            lamports: Text(account.lamports),
            owner: Text(account.owner),
            executable: account.executable,
            data: Bytes(account.data),
        }
    }
}

impl From<WireAccount> for Account {
    fn from(account: WireAccount) -> Self {
        Account {
            lamports: account.lamports.0,
            owner: account.owner.0,
            executable: account.executable,
            data: account.data.0,
            rent_epoch: u64::MAX,
        }
    }
}

/// An account beside its address.
#[derive(Serialize)]
pub struct AddressedAccount {
    pub address: Text<Address>,
    pub account: WireAccount,
}

impl From<(Address, Account)> for AddressedAccount {
    fn from((address, account): (Address, Account)) -> Self {
        AddressedAccount {
            address: Text(address),
            account: account.into(),
        }
    }
}
