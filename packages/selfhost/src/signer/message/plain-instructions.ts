import type { Address } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { createByteReader, decodeUtf8 } from './byte-reader.ts';
import type { Claims } from './claims.ts';
import { deriveTokenAccount } from './derive-address.ts';
import type { MessageInstruction, ParsedMessage } from './parse-message.ts';
import {
  ATA_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  LAMPORTS_PER_SIGNATURE,
  MAX_MEMO_BYTES,
  MEMO_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
} from './programs.ts';

const MAX_COMPUTE_UNITS = 1_400_000n;
const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_COMPUTE_UNIT_PRICE = 3;
const CREATE_IDEMPOTENT = 1;

/** A token account that the message creates where it is missing; rent comes from `payer`. */
export interface CreatesTokenAccount {
  readonly at: number;
  readonly payer: Address;
  readonly tokenAccount: Address;
  readonly owner: Address;
  readonly mint: Address;
}

/** A message split: fee, token-account creations, and the instructions that are left for the shape, in order. */
export interface SplitMessage {
  /** Base fee and priority fee at most, in lamports. A price without a unit limit counts with the most units there can be. */
  readonly feeLamports: bigint;
  readonly creates: readonly CreatesTokenAccount[];
  readonly others: readonly MessageInstruction[];
}

/** Takes out compute budget (leading, each kind at most once), at most one memo, and token-account creations; claims their accounts. */
export function splitMessage(message: ParsedMessage, claims: Claims): SplitMessage {
  const budget = new Map<number, bigint>();
  const creates: CreatesTokenAccount[] = [];
  const others: MessageInstruction[] = [];
  let memos = 0;
  for (const instruction of message.instructions) {
    const { at, program } = instruction;
    if (program === COMPUTE_BUDGET_PROGRAM) {
      if (creates.length + others.length + memos > 0) throw new Refused('unknown_shape', 'compute budget stands first', at);
      readBudget(instruction, budget);
    } else if (program === MEMO_PROGRAM) {
      memos += 1;
      readMemo(instruction, memos);
    } else if (program === ATA_PROGRAM) {
      creates.push(readCreate(message, instruction, claims));
    } else {
      others.push(instruction);
      continue;
    }
    claims.program(instruction);
  }
  const units = budget.get(SET_COMPUTE_UNIT_LIMIT) ?? MAX_COMPUTE_UNITS;
  const price = budget.get(SET_COMPUTE_UNIT_PRICE) ?? 0n;
  const priorityFee = (units * price + 999_999n) / 1_000_000n;
  return { feeLamports: BigInt(message.requiredSignatures) * LAMPORTS_PER_SIGNATURE + priorityFee, creates, others };
}

function readBudget({ at, accounts, data }: MessageInstruction, budget: Map<number, bigint>): void {
  const reader = createByteReader(data, 'compute budget');
  const kind = reader.u8();
  if (kind !== SET_COMPUTE_UNIT_LIMIT && kind !== SET_COMPUTE_UNIT_PRICE)
    throw new Refused('unknown_shape', 'compute budget other than unit limit and unit price', at);
  if (accounts.length > 0 || budget.has(kind)) throw new Refused('unknown_shape', 'compute budget with accounts, or twice', at);
  budget.set(kind, kind === SET_COMPUTE_UNIT_LIMIT ? BigInt(reader.u32()) : reader.u64());
  reader.end();
}

function readMemo({ at, accounts, data }: MessageInstruction, count: number): void {
  if (count > 1 || accounts.length > 0) throw new Refused('unknown_shape', 'a second memo, or one with signers', at);
  if (data.length > MAX_MEMO_BYTES) throw new Refused('unknown_shape', `a memo of more than ${MAX_MEMO_BYTES} bytes`, at);
  decodeUtf8(data, 'the memo');
}

function readCreate(message: ParsedMessage, { at, accounts, data }: MessageInstruction, claims: Claims): CreatesTokenAccount {
  const [payer, tokenAccount, owner, mint, system, token] = accounts.map((index) => message.keys[index]);
  const idempotent = data.length === 1 && data[0] === CREATE_IDEMPOTENT && accounts.length === 6;
  if (!idempotent || !payer || !tokenAccount || !owner || !mint)
    throw new Refused('unknown_shape', 'is not CreateIdempotent of a token account', at);
  if (system !== SYSTEM_PROGRAM || token !== TOKEN_PROGRAM)
    throw new Refused('unknown_shape', 'creates an account of another token program', at);
  if (tokenAccount !== deriveTokenAccount(owner, mint)) throw new Refused('unknown_shape', 'names a token account that is not derived', at);
  for (const [position, index] of accounts.entries()) claims.account(index, { writable: position < 2, signer: position === 0 });
  return { at, payer, tokenAccount, owner, mint };
}
