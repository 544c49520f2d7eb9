import { type Address, isAddress } from '@countersign/core';
import { type Approve, approveSchema, type PreparedView, preparedSchema } from '@countersign/sdk';
import type { World } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { SigningPart } from '../verify/signing-part.ts';
import { nameOf, readCarriedObject } from './read-carried.ts';

/** What travels to the owner's machine, and what comes back. Neither is secret; the first is believed by nobody. */
const TO_SIGN = 'countersign-to-sign-v1';
const SIGNATURES = 'countersign-signatures-v1';
const PARTS: readonly string[] = ['owner', 'recovery', 'new_owner'] satisfies readonly SigningPart[];

export interface ToSign {
  readonly prepared: PreparedView;
  readonly inForce: readonly string[];
}

/** What one key signed. A new owner signs the statement alone. */
export interface SignedPart {
  readonly part: SigningPart;
  readonly key: Address;
  readonly statementSignature: string | null;
  readonly messageSignatures: readonly string[];
}
export interface Signatures {
  readonly approval: string;
  /** SHA-256 over statement and messages: signatures that belong together have the same. */
  readonly signed: string;
  readonly parts: readonly SignedPart[];
}

export function formatToSign(content: ToSign): string {
  return `${JSON.stringify({ format: TO_SIGN, ...content }, null, 2)}\n`;
}
export function formatSignatures(content: Signatures): string {
  return `${JSON.stringify({ format: SIGNATURES, ...content }, null, 2)}\n`;
}

export async function readToSign(world: World, file: string): Promise<Result<ToSign, Failure>> {
  const read = await readCarriedObject(world, file, TO_SIGN);
  if (!read.ok) return read;
  const prepared = preparedSchema.safeParse(read.value['prepared']);
  const inForce = read.value['inForce'];
  if (!prepared.success || !Array.isArray(inForce) || !inForce.every((item) => typeof item === 'string'))
    return misuse(`${nameOf(file)} is damaged`, 'make it again with "countersign approve --out"');
  return good({ prepared: prepared.data, inForce });
}

export async function readSignatures(world: World, file: string): Promise<Result<Signatures, Failure>> {
  const read = await readCarriedObject(world, file, SIGNATURES);
  if (!read.ok) return read;
  const { approval, signed, parts } = read.value as { readonly [name in keyof Signatures]?: unknown };
  const list = Array.isArray(parts) ? parts.map(readPart) : [];
  const whole = list.filter((part) => part !== null);
  if (typeof approval === 'string' && typeof signed === 'string' && whole.length > 0 && whole.length === list.length)
    return good({ approval, signed, parts: whole });
  return misuse(`${nameOf(file)} is damaged`, 'sign again with "countersign owner approve"');
}

function readPart(value: unknown): SignedPart | null {
  if (typeof value !== 'object' || value === null) return null;
  const { part, key, statementSignature, messageSignatures } = value as { readonly [name in keyof SignedPart]?: unknown };
  const body = approveSchema.safeParse({ statementSignature, messageSignatures });
  if (!body.success || typeof key !== 'string' || !isAddress(key) || typeof part !== 'string' || !PARTS.includes(part)) return null;
  const { data } = body;
  return { part: part as SigningPart, key, statementSignature: data.statementSignature, messageSignatures: data.messageSignatures };
}

/** Puts the parts of one approval together as the service takes them: one that consents and, where the owner changes, the new owner's. */
export function joinParts(all: readonly Signatures[], ownerChanges: boolean): Result<Approve, Failure> {
  const [first] = all;
  if (first === undefined || all.some(({ approval, signed }) => approval !== first.approval || signed !== first.signed))
    return misuse('the signatures are not over the same bytes', 'sign one and the same file on each machine, or with both keys at once');
  const parts = all.flatMap((each) => each.parts);
  const consenting = parts.filter(({ part }) => part !== 'new_owner');
  const entering = parts.filter(({ part }) => part === 'new_owner');
  const [consent] = consenting;
  if (consent === undefined || consenting.length !== 1)
    return misuse(
      consent === undefined ? 'the signature of the key that consents is missing' : 'there are two signatures of the key that consents',
      'hand in one of the owner key (or the recovery key), with --signatures for each file',
    );
  if (ownerChanges ? entering.length !== 1 : entering.length > 0)
    return misuse(
      ownerChanges ? 'the new owner has to sign too' : 'a new owner signed where none is to come',
      'give --new-owner-key, or hand in the files of both: --signatures old.json --signatures new.json',
    );
  const { statementSignature, messageSignatures } = consent;
  const newOwnerSignature = entering[0]?.statementSignature ?? null;
  return good({ statementSignature, messageSignatures, ...(ownerChanges ? { newOwnerSignature } : {}) });
}
