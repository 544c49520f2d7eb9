import type { Address } from '@countersign/core';

/** An account as an instruction names it; `address` is `null` when it comes from a lookup table, which the bytes do not resolve. */
export interface ParsedAccount {
  readonly address: Address | null;
  /** Position among the static keys, then the looked-up writable ones of all tables, then the looked-up read-only ones of all tables. */
  readonly index: number;
  readonly signer: boolean;
  readonly writable: boolean;
}

export interface ParsedInstruction {
  readonly program: Address;
  readonly accounts: readonly ParsedAccount[];
  readonly data: Uint8Array;
}

/** What a message takes from one lookup table: positions in the table. */
export interface ParsedLookup {
  readonly table: Address;
  readonly writable: readonly number[];
  readonly readonly: readonly number[];
}

/** What a version 1 message asks for in its header; `null`: not asked. */
export interface MessageConfig {
  /** For the whole transaction, not for each compute unit. */
  readonly priorityFeeLamports: bigint | null;
  readonly computeUnitLimit: number | null;
  readonly loadedAccountsBytes: number | null;
  readonly heapBytes: number | null;
}

/** A message taken apart, complete to the last byte. */
export interface ParsedMessage {
  readonly version: 'legacy' | 0 | 1;
  /** Who must sign, in the order of the signature slots; the first pays the fee. */
  readonly signers: readonly Address[];
  /** The keys that the message itself holds. */
  readonly keys: readonly Address[];
  /** All accounts in the order in which instructions count them. */
  readonly accounts: readonly ParsedAccount[];
  /** Base58. */
  readonly blockhash: string;
  readonly instructions: readonly ParsedInstruction[];
  /** Address lookup tables that the message loads accounts from. */
  readonly lookups: readonly ParsedLookup[];
  /** Version 1 only. */
  readonly config: MessageConfig | null;
}
