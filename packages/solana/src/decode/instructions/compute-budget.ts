import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ParsedInstruction } from '../parse-message.ts';
import type { InstructionDecoder } from '../scope.ts';
import { readAccounts } from './read-accounts.ts';

const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_COMPUTE_UNIT_PRICE = 3;
const MAX_UNITS = 1_400_000;

/** ComputeBudget: `SetComputeUnitLimit` (u8 2, u32) and `SetComputeUnitPrice` (u8 3, u64), each at most once; both only shape the fee. */
export const decodeComputeBudget: InstructionDecoder<ParsedInstruction> = (instruction, _position, { budget }) => {
  readAccounts(instruction, []);
  const data = new ByteReader(instruction.data);
  const tag = data.u8();
  if (tag === SET_COMPUTE_UNIT_LIMIT) {
    const units = data.u32();
    if (budget.unitLimit !== null) throw new Malformed('sets the compute unit limit again');
    if (units > MAX_UNITS) throw new Malformed(`asks for ${units} compute units, more than a transaction can have`);
    budget.unitLimit = units;
  } else if (tag === SET_COMPUTE_UNIT_PRICE) {
    const price = data.u64();
    if (budget.priceMicroLamports !== null) throw new Malformed('sets the compute unit price again');
    budget.priceMicroLamports = price;
  } else throw new Malformed(`is compute budget instruction ${tag}, which is not understood`);
  data.end();
  return [];
};

const SIGNATURE_LAMPORTS = 5_000n;
const DEFAULT_UNITS_EACH = 200_000;

/** Base fee and priority fee, rounded up; without a limit each instruction is counted with the runtime's default. */
export function feeLamports(
  signatures: number,
  instructions: number,
  budget: { readonly unitLimit: number | null; readonly priceMicroLamports: bigint | null },
): bigint {
  const units = BigInt(budget.unitLimit ?? Math.min(MAX_UNITS, DEFAULT_UNITS_EACH * instructions));
  const priority = (units * (budget.priceMicroLamports ?? 0n) + 999_999n) / 1_000_000n;
  return SIGNATURE_LAMPORTS * BigInt(signatures) + priority;
}
