/** The values in the native process's answers. What does not have its documented form throws: the process is ours. */
import type { SvmAccount, SvmExecution, SvmInnerInstruction, SvmSimulation } from './svm.ts';

type Fields = Readonly<Record<string, unknown>>;

export function readExecution(value: unknown): SvmExecution {
  const fields = asFields(value);
  const returned = fields['returnData'];
  return {
    error: fields['error'] ?? null,
    logs: asArray(fields['logs']).map(asText),
    unitsConsumed: readU64(fields['unitsConsumed']),
    fee: readU64(fields['fee']),
    processed: asBoolean(fields['processed']),
    innerInstructions: asArray(fields['innerInstructions']).map((entry) => {
      const inner = asFields(entry);
      return { index: asInteger(inner['index']), instructions: asArray(inner['instructions']).map(readInner) };
    }),
    returnData: returned === null ? null : readReturnData(asFields(returned)),
  };
}

export function readSimulation(value: unknown): SvmSimulation {
  const postAccounts = asArray(asFields(value)['postAccounts']).map(readAddressedAccount);
  return { ...readExecution(value), postAccounts: new Map(postAccounts) };
}

export function readAccount(value: unknown): SvmAccount {
  const fields = asFields(value);
  return {
    lamports: readU64(fields['lamports']),
    owner: asText(fields['owner']),
    executable: asBoolean(fields['executable']),
    data: readBytes(fields['data']),
  };
}

export function readAddressedAccount(value: unknown): readonly [string, SvmAccount] {
  const fields = asFields(value);
  return [asText(fields['address']), readAccount(fields['account'])];
}

export function writeAccount(account: SvmAccount): Fields {
  return {
    lamports: account.lamports.toString(),
    owner: account.owner,
    executable: account.executable,
    data: writeBytes(account.data),
  };
}

export function readU64(value: unknown): bigint {
  return BigInt(asText(value));
}

export function readBytes(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(asText(value), 'base64'));
}

export function writeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export function asFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected('an object', value);
  return value as Fields;
}

function readInner(value: unknown): SvmInnerInstruction {
  const fields = asFields(value);
  return {
    programIdIndex: asInteger(fields['programIdIndex']),
    accounts: asArray(fields['accounts']).map(asInteger),
    data: readBytes(fields['data']),
    stackHeight: asInteger(fields['stackHeight']),
  };
}

function readReturnData(fields: Fields): SvmExecution['returnData'] {
  return { programId: asText(fields['programId']), data: readBytes(fields['data']) };
}

function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected('an array', value);
  return value;
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw unexpected('a text', value);
  return value;
}

function asInteger(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw unexpected('an integer', value);
  return value as number;
}

function asBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw unexpected('a boolean', value);
  return value;
}

function unexpected(expected: string, value: unknown): Error {
  return new Error(`the native chain process answered a ${typeof value} in place of ${expected}`);
}
