import type { Effect } from '@countersign/core';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';
import type { InstructionDecoder, Scope } from '../scope.ts';
import type { Shape } from './shape.ts';
import { tokenInstructions } from './token-instructions.ts';

export const BATCH = 255;

const SHAPES: ReadonlyMap<number, Shape> = tokenInstructions('Token', 4);

/** SPL Token, which is p-token (SIMD-0266): instructions 0 to 24, 38, 45 and Batch. */
export const decodeToken: InstructionDecoder = (instruction, position, scope) => {
  if (instruction.data[0] === BATCH) return decodeBatch(instruction, (each) => decodeOne(each, position, scope));
  return decodeOne(instruction, position, scope);
};

function decodeOne(instruction: ResolvedInstruction, position: number, scope: Scope): readonly Effect[] {
  const args = new ByteReader(instruction.data);
  const number = args.u8();
  const found = SHAPES.get(number);
  if (!found) throw new Malformed(`is Token instruction ${number}, which is not understood`);
  return found.decode(instruction, args, position, scope);
}

/**
 * Batch: u8 255, then for each instruction u8 accounts, u8 data bytes, data; accounts are taken in order. At least one, none empty, no batch
 * inside, no account or byte left over. Throws `Malformed` when one of them is not understood.
 */
export function decodeBatch(
  { program, accounts, data }: ResolvedInstruction,
  decode: (instruction: ResolvedInstruction) => readonly Effect[],
): readonly Effect[] {
  const reader = new ByteReader(data);
  reader.u8();
  const effects: Effect[] = [];
  let taken = 0;
  do {
    const accountCount = reader.u8();
    const inner = reader.bytes(reader.u8());
    if (inner.length === 0) throw new Malformed('is a batch with an empty instruction');
    if (inner[0] === BATCH) throw new Malformed('is a batch inside a batch');
    if (taken + accountCount > accounts.length) throw new Malformed('is a batch with too few accounts');
    effects.push(...decode({ program, accounts: accounts.slice(taken, taken + accountCount), data: inner }));
    taken += accountCount;
  } while (reader.remaining > 0);
  if (taken !== accounts.length) throw new Malformed('is a batch with accounts left over');
  return effects;
}
