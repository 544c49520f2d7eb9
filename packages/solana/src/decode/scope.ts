import type { Address, DecodeContext, Effect } from '@countersign/core';
import type { VaultMessage } from './inner/parse-vault-message.ts';

/** A vault transaction that this message creates, and what the rest of the message does with it. */
export interface CreatedProposal {
  readonly transaction: Address;
  readonly creator: Address;
  readonly message: VaultMessage;
  /** Position of `vaultTransactionCreate`. */
  readonly position: number;
  readonly rentPayer: Address;
  readonly transactionRentLamports: bigint;
  /** Set by `proposalCreate`. */
  proposed: { readonly index: bigint; readonly proposal: Address; readonly position: number } | null;
  closed: boolean;
}

/** What the decoders of one message share, in the order of its instructions. */
export interface Scope {
  readonly context: DecodeContext;
  readonly multisig: Address;
  /** Derived from the multisig, never taken from the bytes. */
  readonly vault: Address;
  readonly created: CreatedProposal[];
  /** Owners of the token accounts that this message creates, by account. */
  readonly tokenOwners: Map<Address, Address>;
  /** Kinds of compute budget instruction seen so far. */
  readonly budget: { unitLimit: number | null; priceMicroLamports: bigint | null };
}

/** Decodes the instruction at `position`; throws `Malformed` for anything that it does not understand completely. */
export type InstructionDecoder<Input> = (input: Input, position: number, scope: Scope) => readonly Effect[];
