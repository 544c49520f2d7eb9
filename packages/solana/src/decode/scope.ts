import type { Address, DecodeContext, Effect } from '@countersign/core';
import type { FactReader } from './fact-reader.ts';
import type { VaultMessage } from './inner/parse-vault-message.ts';
import type { ResolvedInstruction } from './resolved-instruction.ts';

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

/** A token account that this message creates. */
export interface CreatedTokenAccount {
  readonly owner: Address;
  readonly mint: Address;
  readonly program: Address;
}

/**
 * Where an instruction stands: at the top of a message of the service, among what the vault does (its only signer is the vault), or called by
 * another program in a simulation (whose signers the runtime has checked).
 */
export type Standing = 'outer' | 'vault' | 'called';

/** What the decoders of one message share, in the order of its instructions. */
export interface Scope {
  readonly context: DecodeContext;
  readonly standing: Standing;
  readonly facts: FactReader;
  readonly multisig: Address;
  /** Derived from the multisig, never taken from the bytes. */
  readonly vault: Address;
  /** The vault's associated accounts of wrapped SOL, of either token program. */
  readonly wrappedNative: readonly WrappedNative[];
  readonly created: CreatedProposal[];
  /** Nonce accounts that this message makes, by the position of the instruction, and whether it gives them to somebody. */
  readonly nonces: Map<Address, { readonly position: number; initialized: boolean }>;
  /** Who configures the multisig as the message goes on: at first the owner. */
  readonly configuration: { authority: Address };
  /** Token accounts that this message creates. */
  readonly tokenAccounts: Map<Address, CreatedTokenAccount>;
  /** What the message asks of the compute budget so far. */
  readonly budget: ComputeBudget;
  /** Decodes any instruction; what is not understood becomes an effect. */
  readonly decodeEach: InstructionDecoder;
}

export interface WrappedNative {
  readonly account: Address;
  readonly mint: Address;
  readonly program: Address;
}

export interface ComputeBudget {
  unitLimit: number | null;
  priceMicroLamports: bigint | null;
  heapBytes: number | null;
  loadedAccountsBytes: number | null;
  /** Version 1 asks in its header, where instructions count for nothing. */
  readonly inHeader: boolean;
}

/** Decodes the instruction at `position`; throws `Malformed` for anything that it does not understand completely. */
export type InstructionDecoder = (instruction: ResolvedInstruction, position: number, scope: Scope) => readonly Effect[];
