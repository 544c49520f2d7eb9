import { type Address, address } from '@countersign/core';

/** The programs whose instructions are understood. Written here a second time on purpose: the decoder shares nothing with the builder. */
export const SQUADS: Address = address('SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf');
export const SYSTEM: Address = address('11111111111111111111111111111111');
export const TOKEN: Address = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const ASSOCIATED_TOKEN: Address = address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
export const COMPUTE_BUDGET: Address = address('ComputeBudget111111111111111111111111111111');
export const MEMO: Address = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
