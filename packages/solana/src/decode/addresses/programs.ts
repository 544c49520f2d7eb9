import { type Address, address } from '@countersign/core';

/** The programs whose instructions are understood. Written here a second time on purpose: the decoder shares nothing with the builder. */
export const SQUADS: Address = address('SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf');
export const SYSTEM: Address = address('11111111111111111111111111111111');
export const TOKEN: Address = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const TOKEN_2022: Address = address('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
export const ASSOCIATED_TOKEN: Address = address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
export const COMPUTE_BUDGET: Address = address('ComputeBudget111111111111111111111111111111');
/** Version 1 of the memo program; it looks at no account. */
export const MEMO_V1: Address = address('Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo');
/** Versions 2 and 3, at one address: every account that is named must sign. */
export const MEMO: Address = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
export const LOOKUP_TABLE: Address = address('AddressLookupTab1e1111111111111111111111111');
export const LOADER_V1: Address = address('BPFLoader1111111111111111111111111111111111');
export const LOADER_V2: Address = address('BPFLoader2111111111111111111111111111111111');
export const LOADER_UPGRADEABLE: Address = address('BPFLoaderUpgradeab1e11111111111111111111111');
export const LOADER_V4: Address = address('LoaderV411111111111111111111111111111111111');
export const STAKE: Address = address('Stake11111111111111111111111111111111111111');
export const VOTE: Address = address('Vote111111111111111111111111111111111111111');
export const ED25519: Address = address('Ed25519SigVerify111111111111111111111111111');
export const SECP256K1: Address = address('KeccakSecp256k11111111111111111111111111111');
export const SECP256R1: Address = address('Secp256r1SigVerify1111111111111111111111111');

export const RENT_SYSVAR: Address = address('SysvarRent111111111111111111111111111111111');
export const RECENT_BLOCKHASHES_SYSVAR: Address = address('SysvarRecentB1ockHashes11111111111111111111');

/** Mints of wrapped SOL, of the classic token program and of Token-2022. */
export const NATIVE_MINT: Address = address('So11111111111111111111111111111111111111112');
export const NATIVE_MINT_2022: Address = address('9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9');
