import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Approve, approveSchema, type PreparedView, preparedSchema } from '@countersign/sdk';
import { EXIT_CODES, type Failure, failed, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** What travels to the owner's machine, and what comes back. Neither is secret; the first is believed by nobody. */
const TO_SIGN = 'countersign-to-sign-v1';
const SIGNATURES = 'countersign-signatures-v1';
const MAX_BYTES = 1_048_576;

export interface ToSign {
  readonly prepared: PreparedView;
  readonly inForce: readonly string[];
}
export interface Signatures extends Approve {
  readonly approval: string;
}

export function writeToSign(cwd: string, file: string, content: ToSign): Result<string, Failure> {
  return writeNew(resolve(cwd, file), { format: TO_SIGN, ...content });
}
export function writeSignatures(cwd: string, file: string, content: Signatures): Result<string, Failure> {
  return writeNew(resolve(cwd, file), { format: SIGNATURES, ...content });
}

export function readToSign(cwd: string, file: string): Result<ToSign, Failure> {
  const read = readObject(resolve(cwd, file), TO_SIGN);
  if (!read.ok) return read;
  const prepared = preparedSchema.safeParse(read.value['prepared']);
  const inForce = read.value['inForce'];
  if (!prepared.success || !Array.isArray(inForce) || !inForce.every((item) => typeof item === 'string'))
    return misuse(`${file} is damaged`, 'make it again with "countersign approve --out"');
  return good({ prepared: prepared.data, inForce });
}

export function readSignatures(cwd: string, file: string): Result<Signatures, Failure> {
  const read = readObject(resolve(cwd, file), SIGNATURES);
  if (!read.ok) return read;
  const { approval, statementSignature, messageSignatures } = read.value as {
    readonly [name in 'approval' | 'statementSignature' | 'messageSignatures']?: unknown;
  };
  const body = approveSchema.safeParse({ statementSignature, messageSignatures });
  if (!body.success || typeof approval !== 'string') return misuse(`${file} is damaged`, 'make it again with "countersign owner sign"');
  return good({ approval, ...body.data });
}

function readObject(path: string, format: string): Result<{ readonly [name: string]: unknown }, Failure> {
  try {
    const text = readFileSync(path, 'utf8');
    const value: unknown = text.length > MAX_BYTES ? null : JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'format' in value && value.format === format)
      return good(value as { readonly [name: string]: unknown });
    return misuse(`${path} is not a file of the form ${format}`, 'see "countersign approve --help" for the two steps');
  } catch (error) {
    return misuse(`${path} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`, 'check the path');
  }
}

/** A file that is there is not written over. */
function writeNew(path: string, content: object): Result<string, Failure> {
  try {
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    return good(path);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    return failed({
      exitCode: exists ? EXIT_CODES.conflict : EXIT_CODES.usage,
      code: 'file_not_written',
      message: exists ? `${path} is there already` : `${path} cannot be written (${error instanceof Error ? error.message : 'unknown'})`,
      remedy: 'choose another name',
    });
  }
}
