import { type Address, address } from '@countersign/core';

export const SYSTEM_PROGRAM: Address = address('11111111111111111111111111111111');
export const COMPUTE_BUDGET_PROGRAM: Address = address('ComputeBudget111111111111111111111111111111');
export const TOKEN_PROGRAM: Address = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const ATA_PROGRAM: Address = address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
export const MEMO_PROGRAM: Address = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
/** Squads v4. */
export const SQUADS_PROGRAM: Address = address('SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf');

export const RECENT_BLOCKHASHES_SYSVAR: Address = address('SysvarRecentB1ockHashes11111111111111111111');
export const RENT_SYSVAR: Address = address('SysvarRent111111111111111111111111111111111');

export const LAMPORTS_PER_SIGNATURE = 5000n;
/** Rent exemption of a token account of 165 bytes. */
export const TOKEN_ACCOUNT_RENT_LAMPORTS = 2_039_280n;
/** Size and rent exemption of a durable nonce account. */
export const NONCE_ACCOUNT_BYTES = 80n;
export const NONCE_ACCOUNT_RENT_LAMPORTS = 1_447_680n;
export const MAX_MEMO_BYTES = 256;
