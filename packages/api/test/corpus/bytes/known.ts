import { createHash } from 'node:crypto';
import { createTestKey, type TestKey } from '@countersign/testkit';

/** Programs and sysvars by the names that the vectors call them. */
export const PROGRAMS: { readonly [name: string]: string } = {
  system: '11111111111111111111111111111111',
  token: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  token2022: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  ata: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
  memo: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  memo1: 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
  computeBudget: 'ComputeBudget111111111111111111111111111111',
  squads: 'SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf',
  alt: 'AddressLookupTab1e1111111111111111111111111',
  stake: 'Stake11111111111111111111111111111111111111',
  vote: 'Vote111111111111111111111111111111111111111',
  config: 'Config1111111111111111111111111111111111111',
  loader2: 'BPFLoader2111111111111111111111111111111111',
  loader3: 'BPFLoaderUpgradeab1e11111111111111111111111',
  loader4: 'LoaderV411111111111111111111111111111111111',
  native: 'NativeLoader1111111111111111111111111111111',
  ed25519: 'Ed25519SigVerify111111111111111111111111111',
  secp256k1: 'KeccakSecp256k11111111111111111111111111111',
  secp256r1: 'Secp256r1SigVerify1111111111111111111111111',
  lighthouse: 'L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95',
  rent: 'SysvarRent111111111111111111111111111111111',
  clock: 'SysvarC1ock11111111111111111111111111111111',
  recentBlockhashes: 'SysvarRecentB1ockHashes11111111111111111111',
  instructions: 'Sysvar1nstructions1111111111111111111111111',
  stakeHistory: 'SysvarStakeHistory1111111111111111111111111',
  wsol: 'So11111111111111111111111111111111111111112',
  nativeMint2022: '9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9',
  jitoTip: '96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5',
};

/** A key that anyone can make again: its seed is the SHA-256 of its name. Never money on a real network. */
export function corpusKey(name: string): TestKey {
  return createTestKey(createHash('sha256').update(`countersign attack corpus/${name}`).digest());
}
