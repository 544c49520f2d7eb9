import type { Address } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { type ByteReader, createByteReader } from './byte-reader.ts';
import type { Claims } from './claims.ts';
import type { MessageInstruction, ParsedMessage } from './parse-message.ts';
import { RECENT_BLOCKHASHES_SYSVAR, RENT_SYSVAR, SYSTEM_PROGRAM } from './programs.ts';

/** Numbers of the system program's instructions, u32 little-endian. Source: `SystemInstruction` of solana-system-interface. */
const CREATE_ACCOUNT_WITH_SEED = 3;
const ADVANCE_NONCE_ACCOUNT = 4;
const INITIALIZE_NONCE_ACCOUNT = 6;
const MAX_SEED_BYTES = 32;

export interface CreatesWithSeed {
  readonly at: number;
  readonly from: Address;
  readonly created: Address;
  readonly base: Address;
  readonly seed: Uint8Array;
  readonly lamports: bigint;
  readonly space: bigint;
  readonly owner: Address;
}

/** `CreateAccountWithSeed` whose payer is its base too: two accounts. The seed is 1 to 32 printable ASCII characters. */
export function readCreateWithSeed(message: ParsedMessage, instruction: MessageInstruction, claims: Claims): CreatesWithSeed {
  const { at } = instruction;
  const reader = open(instruction, CREATE_ACCOUNT_WITH_SEED, 'CreateAccountWithSeed');
  const [from, created] = accountsOf(message, instruction, claims, [
    { signer: true, writable: true },
    { signer: false, writable: true },
  ]);
  const base = reader.address();
  const length = reader.u64();
  if (length === 0n || length > BigInt(MAX_SEED_BYTES)) throw new Refused('unknown_shape', 'has a seed that is empty or too long', at);
  const seed = reader.bytes(Number(length));
  if (seed.some((byte) => byte < 0x20 || byte > 0x7e)) throw new Refused('unknown_shape', 'has a seed that is not printable ASCII', at);
  const rest = { lamports: reader.u64(), space: reader.u64(), owner: reader.address() };
  reader.end();
  return { at, from, created, base, seed, ...rest };
}

export function readInitializeNonce(
  message: ParsedMessage,
  instruction: MessageInstruction,
  claims: Claims,
): { readonly account: Address; readonly authority: Address } {
  const reader = open(instruction, INITIALIZE_NONCE_ACCOUNT, 'InitializeNonceAccount');
  const [account, blockhashes, rent] = accountsOf(message, instruction, claims, [
    { signer: false, writable: true },
    { signer: false, writable: false },
    { signer: false, writable: false },
  ]);
  const authority = reader.address();
  reader.end();
  if (blockhashes !== RECENT_BLOCKHASHES_SYSVAR || rent !== RENT_SYSVAR)
    throw new Refused('unknown_shape', 'has not the sysvars of InitializeNonceAccount', instruction.at);
  return { account, authority };
}

export function readAdvanceNonce(
  message: ParsedMessage,
  instruction: MessageInstruction,
  claims: Claims,
): { readonly account: Address; readonly authority: Address } {
  const reader = open(instruction, ADVANCE_NONCE_ACCOUNT, 'AdvanceNonceAccount');
  reader.end();
  const [account, blockhashes, authority] = accountsOf(message, instruction, claims, [
    { signer: false, writable: true },
    { signer: false, writable: false },
    { signer: true, writable: false },
  ]);
  if (blockhashes !== RECENT_BLOCKHASHES_SYSVAR)
    throw new Refused('unknown_shape', 'has not the sysvar of AdvanceNonceAccount', instruction.at);
  return { account, authority };
}

function open({ at, program, data }: MessageInstruction, kind: number, name: string): ByteReader {
  const reader = createByteReader(data, `the data of ${name}`);
  if (program !== SYSTEM_PROGRAM || reader.u32() !== kind) throw new Refused('unknown_shape', `is not ${name}`, at);
  return reader;
}

function accountsOf<const Roles extends readonly { readonly signer: boolean; readonly writable: boolean }[]>(
  message: ParsedMessage,
  instruction: MessageInstruction,
  claims: Claims,
  roles: Roles,
): { readonly [Position in keyof Roles]: Address } {
  const { at, accounts } = instruction;
  if (accounts.length !== roles.length) throw new Refused('unknown_shape', `has not its ${roles.length} accounts`, at);
  claims.program(instruction);
  return roles.map((role, position) => {
    const index = accounts[position] ?? 0;
    claims.account(index, role);
    return message.keys[index];
  }) as unknown as { readonly [Position in keyof Roles]: Address };
}
