import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ComputeBudget, InstructionDecoder } from '../scope.ts';
import { readAccounts } from './read-accounts.ts';

const REQUEST_UNITS_DEPRECATED = 0;
const REQUEST_HEAP_FRAME = 1;
const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_COMPUTE_UNIT_PRICE = 3;
const SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT = 4;
const MAX_UNITS = 1_400_000;
const MIN_HEAP_BYTES = 32 * 1_024;
const MAX_HEAP_BYTES = 256 * 1_024;
const MAX_LOADED_BYTES = 64 * 1_024 * 1_024;

/**
 * ComputeBudget: `RequestHeapFrame` (u8 1, u32), `SetComputeUnitLimit` (2, u32), `SetComputeUnitPrice` (3, u64 micro-lamports a unit),
 * `SetLoadedAccountsDataSizeLimit` (4, u32), each at most once and none in a version 1 message. All that they do is shape the fee.
 */
export const decodeComputeBudget: InstructionDecoder = (instruction, position, scope) => {
  if (scope.standing === 'called')
    return [{ kind: 'foreign', instruction: position, program: instruction.program, what: 'Compute Budget, which a call does not change' }];
  readAccounts(instruction, []);
  if (scope.standing === 'vault') throw new Malformed('asks the compute budget for something from inside the vault');
  readComputeBudget(instruction.data, scope.budget);
  return [];
};

/** Counts an instruction in; throws `Malformed` for one that is not understood or comes twice. */
export function readComputeBudget(bytes: Uint8Array, budget: ComputeBudget): void {
  if (budget.inHeader) throw new Malformed('is for the compute budget, which ignores instructions of a version 1 message');
  const data = new ByteReader(bytes);
  const tag = data.u8();
  if (tag === SET_COMPUTE_UNIT_LIMIT) {
    budget.unitLimit = once(budget.unitLimit, data.u32(), 'the compute unit limit');
    if (budget.unitLimit > MAX_UNITS) throw new Malformed(`asks for ${budget.unitLimit} compute units, more than a transaction can have`);
  } else if (tag === SET_COMPUTE_UNIT_PRICE) {
    budget.priceMicroLamports = once(budget.priceMicroLamports, data.u64(), 'the compute unit price');
  } else if (tag === REQUEST_HEAP_FRAME) {
    budget.heapBytes = once(budget.heapBytes, data.u32(), 'the heap');
    if (budget.heapBytes % 1_024 !== 0 || budget.heapBytes < MIN_HEAP_BYTES || budget.heapBytes > MAX_HEAP_BYTES)
      throw new Malformed(`asks for a heap of ${budget.heapBytes} bytes`);
  } else if (tag === SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT) {
    budget.loadedAccountsBytes = once(budget.loadedAccountsBytes, data.u32(), 'the limit of loaded data');
    if (budget.loadedAccountsBytes === 0 || budget.loadedAccountsBytes > MAX_LOADED_BYTES)
      throw new Malformed(`asks to load ${budget.loadedAccountsBytes} bytes`);
  } else if (tag === REQUEST_UNITS_DEPRECATED) throw new Malformed('is the deprecated Compute Budget RequestUnits');
  else throw new Malformed(`is Compute Budget instruction ${tag}, which is not understood`);
  data.end();
}

function once<T>(before: T | null, value: T, what: string): T {
  if (before !== null) throw new Malformed(`sets ${what} again`);
  return value;
}

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
