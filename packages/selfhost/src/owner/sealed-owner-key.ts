import { access, mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  type Address,
  type DomainError,
  domainError,
  fail,
  type IOwnerKeys,
  isReviewed,
  ok,
  parseOwnerStatement,
  type Result,
  type ReviewedBytes,
  type Signature,
} from '@countersign/core';
import { type KdfFloor, type KdfParameters, newStoredKdf } from '../keystore/kdf.ts';
import { KeyFileError, type KeyFileProblem } from '../keystore/key-file-problem.ts';
import { readSecureFile, writeFileAtomically } from '../keystore/secure-file.ts';
import type { SigningKey } from '../keystore/signing-key.ts';
import { deriveBoxKey, readSealedOwnerFile, type SealedOwnerRecipient, sealNewOwnerKey, unsealOwnerKey } from './sealed-owner-file.ts';

interface WithFloor {
  readonly path: string;
  /** The least Argon2id strength that is accepted: `KDF_FLOOR` everywhere but in tests. */
  readonly kdfFloor: KdfFloor;
}

/** Makes a new owner key in a new file (mode 0600). `passphrase` is read, not kept; the caller wipes it. Error: `exists`. */
export async function createSealedOwnerKey(
  input: WithFloor & { readonly passphrase: Buffer; readonly kdf: KdfParameters },
): Promise<Result<{ readonly owner: Address }, KeyFileProblem>> {
  return asResult(async () => {
    await assertFree(input.path);
    const kdf = newStoredKdf(input.kdf, input.kdfFloor, basename(input.path));
    const box = await deriveBoxKey(input.passphrase, kdf);
    box.secretKey.wipe();
    return store(input.path, { kdf, boxPublicKey: box.publicKey.toString('hex') });
  });
}

/** Makes a new owner key sealed to the passphrase behind `recipient`, without that passphrase: a service can do it and cannot open it. */
export async function sealOwnerKeyTo(input: {
  readonly path: string;
  readonly recipient: SealedOwnerRecipient;
}): Promise<Result<{ readonly owner: Address }, KeyFileProblem>> {
  return asResult(async () => {
    await assertFree(input.path);
    return store(input.path, input.recipient);
  });
}

/** The public part of a sealed key file: its owner address, and what `sealOwnerKeyTo` needs. */
export async function readSealedOwner(
  input: WithFloor,
): Promise<Result<{ readonly owner: Address; readonly recipient: SealedOwnerRecipient }, KeyFileProblem>> {
  return asResult(async () => {
    const { owner, kdf, boxPublicKey } = readSealedOwnerFile(await read(input.path), input.kdfFloor, basename(input.path));
    return { owner, recipient: { kdf, boxPublicKey } };
  });
}

/** Opens the key for one action; the caller closes it. `passphrase` is read, not kept. */
export async function openSealedOwnerKey(input: WithFloor & { readonly passphrase: Buffer }): Promise<Result<IOwnerKeys, KeyFileProblem>> {
  return asResult(async () => {
    const file = basename(input.path);
    const content = readSealedOwnerFile(await read(input.path), input.kdfFloor, file);
    return ownerKeys(await unsealOwnerKey(content, input.passphrase, file));
  });
}

/** First bytes that no transaction message that this key signs begins with: the off-chain wrapper. */
const OFF_CHAIN_MARK = 0xff;
const TITLE = 'Countersign owner statement';

function ownerKeys(key: SigningKey): IOwnerKeys {
  return {
    getOwnerPublicKey: () => key.address,
    signWithOwnerKey: (what) => (what.kind === 'statement' ? signStatement(key, what.text) : signMessage(key, what.message)),
    close: key.wipe,
  };
}

function signStatement(key: SigningKey, text: string): Result<Signature, DomainError> {
  const statement = parseOwnerStatement(text);
  return statement.ok ? ok(key.sign(Buffer.from(text))) : statement;
}

function signMessage(key: SigningKey, message: ReviewedBytes): Result<Signature, DomainError> {
  if (!isReviewed(message)) throw new TypeError('the owner key signs reviewed bytes only');
  const bytes = message.toBytes();
  if (bytes.length === 0 || bytes[0] === OFF_CHAIN_MARK || Buffer.from(bytes).toString('latin1').startsWith(TITLE))
    return fail(domainError('undecodable_message', { problem: 'is not a transaction message' }));
  return ok(key.sign(bytes));
}

async function store(path: string, recipient: SealedOwnerRecipient): Promise<{ readonly owner: Address }> {
  const { owner, text } = sealNewOwnerKey(recipient);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomically(path, text);
  return { owner };
}

async function assertFree(path: string): Promise<void> {
  const free = await access(path).then(
    () => false,
    () => true,
  );
  if (!free) throw new KeyFileError('exists', basename(path), 'is there already; it is not written over');
}

async function read(path: string): Promise<Buffer> {
  const bytes = await readSecureFile(path);
  if (!bytes) throw new KeyFileError('missing', basename(path), 'is missing');
  return bytes;
}

async function asResult<T>(work: () => Promise<T>): Promise<Result<T, KeyFileProblem>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof KeyFileError) return fail(error.detail);
    throw error;
  }
}
