import { ADDRESS_BYTES, type Address, type BuiltMessage, decodeBase58 } from '@countersign/core';
import { type AccountRole, type Instruction, isSignerRole, isWritableRole } from '@solana/kit';
import { coreAddress } from './kit-address.ts';

/** The largest transaction that a cluster takes, signatures included, in bytes. */
export const MAX_TRANSACTION_BYTES = 1_232;
const VERSION_0 = 0x80;

/** How long a message lives: its blockhash (base58) and the block height after which it can land no more. */
export interface Lifetime {
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
}

interface Use {
  signer: boolean;
  writable: boolean;
}

/**
 * A version 0 message without lookup tables: the fee payer, then signers before others and writable before read-only ones, each in the
 * order in which the instructions name them. It may be too large: `transactionBytes` tells. Kit's own compiler gives the same meaning at
 * several times the cost; a test holds the two together.
 */
export function compileMessage(feePayer: Address, instructions: readonly Instruction[], lifetime: Lifetime): BuiltMessage {
  const uses = collectUses(feePayer, instructions);
  const select = (signer: boolean, writable: boolean): Address[] =>
    [...uses].filter(([, use]) => use.signer === signer && use.writable === writable).map(([key]) => key);
  const writableSigners = select(true, true);
  const readonlySigners = select(true, false);
  const readonlyOthers = select(false, false);
  const signers = [...writableSigners, ...readonlySigners];
  const keys = [...signers, ...select(false, true), ...readonlyOthers];
  if (keys.length > 255) throw new RangeError('a message has at most 255 keys');
  const positions = new Map(keys.map((key, position) => [key, position]));
  const positionOf = (key: string): number => positions.get(key as Address) ?? 0;

  const parts: Uint8Array[] = [
    Uint8Array.of(VERSION_0, signers.length, readonlySigners.length, readonlyOthers.length),
    compactLength(keys.length),
    ...keys.map(bytesOf),
    bytesOf(lifetime.blockhash),
    compactLength(instructions.length),
  ];
  for (const { programAddress, accounts = [], data = new Uint8Array() } of instructions)
    parts.push(
      Uint8Array.of(positionOf(programAddress)),
      compactLength(accounts.length),
      Uint8Array.from(accounts, ({ address }) => positionOf(address)),
      compactLength(data.length),
      Uint8Array.from(data),
    );
  parts.push(compactLength(0));
  return { bytes: Uint8Array.from(Buffer.concat(parts)), lastValidBlockHeight: lifetime.lastValidBlockHeight, signers };
}

function collectUses(feePayer: Address, instructions: readonly Instruction[]): Map<Address, Use> {
  const uses = new Map<Address, Use>([[feePayer, { signer: true, writable: true }]]);
  const add = (key: Address, role: AccountRole | null): void => {
    const use = uses.get(key) ?? { signer: false, writable: false };
    use.signer ||= role !== null && isSignerRole(role);
    use.writable ||= role !== null && isWritableRole(role);
    uses.set(key, use);
  };
  for (const { programAddress, accounts = [] } of instructions) {
    for (const { address, role } of accounts) add(coreAddress(address), role);
    add(coreAddress(programAddress), null);
  }
  return uses;
}

/** Solana's compact-u16. */
function compactLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x4000) return Uint8Array.of((length & 0x7f) | 0x80, length >> 7);
  throw new RangeError(`${length} is more than a message can hold`);
}

const REMEMBERED = 4_096;
const remembered = new Map<string, Uint8Array>();

function bytesOf(text: string): Uint8Array {
  const known = remembered.get(text);
  if (known) return known;
  const bytes = decodeBase58(text);
  if (bytes?.length !== ADDRESS_BYTES) throw new TypeError(`not base58 of 32 bytes: ${text}`);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(text, bytes);
  return bytes;
}

/** Size of the signed transaction: count byte, 64 bytes a signature, the message. */
export function transactionBytes(message: BuiltMessage): number {
  return 1 + 64 * message.signers.length + message.bytes.length;
}

export function fits(message: BuiltMessage): boolean {
  return transactionBytes(message) <= MAX_TRANSACTION_BYTES;
}
