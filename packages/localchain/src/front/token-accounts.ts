/**
 * The base layouts that SPL Token and Token-2022 share. Mint, 82 bytes: authority option u32 and 32 bytes, supply u64, decimals u8,
 * initialised u8, freeze authority option u32 and 32 bytes. Account, 165 bytes: mint 32, owner 32, amount u64, delegate option,
 * state u8, native option u32 and u64, delegated amount u64, close authority option. Token-2022 puts a type byte (1 mint, 2 account)
 * at 165 when extensions follow.
 */
import { encodeBase58 } from '../bytes/base58.ts';
import type { SvmAccount } from '../svm/svm.ts';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../wire/programs.ts';

export interface TokenAccount {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly delegate: string | null;
  readonly state: 'uninitialized' | 'initialized' | 'frozen';
  /** Lamports held back for rent when the account wraps SOL. */
  readonly rentReserve: bigint | null;
  readonly delegatedAmount: bigint;
  readonly closeAuthority: string | null;
}

export interface TokenMint {
  readonly mintAuthority: string | null;
  readonly supply: bigint;
  readonly decimals: number;
  readonly isInitialized: boolean;
  readonly freezeAuthority: string | null;
}

const ACCOUNT_BYTES = 165;
const MINT_BYTES = 82;
const STATES = ['uninitialized', 'initialized', 'frozen'] as const;

export function isTokenProgram(program: string): boolean {
  return program === TOKEN_PROGRAM || program === TOKEN_2022_PROGRAM;
}

/** An initialised token account, or `null` for anything else. */
export function decodeTokenAccount(account: SvmAccount | null): TokenAccount | null {
  if (account === null || !isTokenProgram(account.owner)) return null;
  const { data } = account;
  const fits = data.length === ACCOUNT_BYTES || (account.owner === TOKEN_2022_PROGRAM && data.length > ACCOUNT_BYTES && data[165] === 2);
  if (!fits) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const state = STATES[data[108] ?? 0];
  if (state === undefined || state === 'uninitialized') return null;
  return {
    mint: keyAt(data, 0),
    owner: keyAt(data, 32),
    amount: view.getBigUint64(64, true),
    delegate: optionalKeyAt(view, data, 72),
    state,
    rentReserve: view.getUint32(109, true) === 1 ? view.getBigUint64(113, true) : null,
    delegatedAmount: view.getBigUint64(121, true),
    closeAuthority: optionalKeyAt(view, data, 129),
  };
}

/** An initialised mint, or `null` for anything else. */
export function decodeMint(account: SvmAccount | null): TokenMint | null {
  if (account === null || !isTokenProgram(account.owner)) return null;
  const { data } = account;
  const fits = data.length === MINT_BYTES || (account.owner === TOKEN_2022_PROGRAM && data.length > ACCOUNT_BYTES && data[165] === 1);
  if (!fits || data[45] !== 1) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    mintAuthority: optionalKeyAt(view, data, 0),
    supply: view.getBigUint64(36, true),
    decimals: data[44] ?? 0,
    isInitialized: true,
    freezeAuthority: optionalKeyAt(view, data, 46),
  };
}

/** The `uiTokenAmount` of Solana's JSON-RPC. */
export function uiAmount(amount: bigint, decimals: number): Readonly<Record<string, unknown>> {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return { amount: amount.toString(), decimals, uiAmount: Number(text), uiAmountString: text };
}

function keyAt(data: Uint8Array, offset: number): string {
  return encodeBase58(data.subarray(offset, offset + 32));
}

function optionalKeyAt(view: DataView, data: Uint8Array, offset: number): string | null {
  return view.getUint32(offset, true) === 1 ? keyAt(data, offset + 4) : null;
}
