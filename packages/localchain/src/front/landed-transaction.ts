import type { SvmExecution } from '../svm/svm.ts';
import { isWritableStatic, type WireMessage } from '../wire/transaction.ts';
import type { AccountWrite } from './account-versions.ts';

/** A token account's balance beside a transaction, as `getTransaction` tells it. */
export interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly programId: string;
  readonly amount: bigint;
  readonly decimals: number;
}

export interface LoadedAddresses {
  readonly writable: readonly string[];
  readonly readonly: readonly string[];
}

/** A transaction that the chain processed, with or without success. */
export interface LandedTransaction {
  readonly signature: string;
  readonly slot: number;
  /** Unix seconds. */
  readonly blockTime: number;
  readonly wire: Uint8Array;
  /** Static keys, then loaded writable ones, then loaded readonly ones. */
  readonly keys: readonly string[];
  readonly loaded: LoadedAddresses;
  readonly execution: SvmExecution;
  readonly preBalances: readonly bigint[];
  readonly postBalances: readonly bigint[];
  readonly preTokenBalances: readonly TokenBalance[];
  readonly postTokenBalances: readonly TokenBalance[];
}

/** What the journal keeps; replayed in order it gives the chain back. */
export type LedgerRecord =
  | { readonly kind: 'transaction'; readonly transaction: LandedTransaction; readonly writes: readonly AccountWrite[] }
  /** Accounts written from outside any transaction. */
  | { readonly kind: 'set'; readonly slot: number; readonly writes: readonly AccountWrite[] }
  /** Everything from a slot on was undone: these signatures never landed and these accounts are as `after` says. */
  | { readonly kind: 'undo'; readonly fromSlot: number; readonly signatures: readonly string[]; readonly writes: readonly AccountWrite[] }
  | {
      readonly kind: 'clock';
      readonly anchor: { readonly slot: number; readonly atMs: number; readonly unixMs: number; readonly slotMs: number };
    };

/** Whether the key at `index` of static and loaded keys is writable. */
export function isWritableKey(message: WireMessage, loaded: LoadedAddresses, index: number): boolean {
  if (index < message.staticKeys.length) return isWritableStatic(message, index);
  return index < message.staticKeys.length + loaded.writable.length;
}
