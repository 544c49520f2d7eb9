import {
  type Address,
  acceptedEncodings,
  decodeBase58,
  encodeBase58,
  formatOwnerStatement,
  isAddress,
  type OwnerStatement,
  parseOwnerStatement,
  type RequestId,
  verifyEd25519,
} from '@countersign/core';
import { wordsOf } from '../connection/failure-of.ts';
import type { Invocation, World } from '../invocation.ts';
import { type Failure, failed, misuse } from '../outcome.ts';
import { withAllOpen } from '../owner-key/found-key.ts';
import { findKey } from '../owner-key/open-key.ts';
import { ownerKeyFailure } from '../owner-key/owner-key-failure.ts';
import { good, type Result } from '../result.ts';
import { nameOf, parseCarriedObject, readCarried } from './read-carried.ts';
import type { StatementPlace } from './statement-place.ts';

/** A statement with the owner's signature: what can be handed in by anybody, once, until it ends. */
export interface SignedStatement {
  readonly owner: Address;
  /** Where it is handed in, where that is known. */
  readonly wallet: string | null;
  readonly statement: string;
  /** Base58. */
  readonly signature: string;
}

const FORMAT = 'countersign-signed-statement-v1';
const NONCE_BYTES = 16;

/** Statements that only stop something, so that the owner may make them alone. */
export type Stopping = { readonly action: 'freeze' } | { readonly action: 'veto-request'; readonly request: RequestId };

/** Makes a statement here and signs it with the key that the command line chooses. */
export async function signStatement(
  invocation: Invocation,
  { network, multisig, wallet }: StatementPlace,
  what: Stopping,
  lifetimeMs: number,
): Promise<Result<SignedStatement, Failure>> {
  const { world } = invocation;
  const expiresAtMs = Math.ceil((world.nowMs() + lifetimeMs) / 1000) * 1000;
  const nonce = Buffer.from(world.randomBytes(NONCE_BYTES)).toString('hex');
  const statement = formatOwnerStatement({ network, wallet: multisig, expiresAtMs, nonce, ...what });
  const found = await findKey(invocation);
  if (!found.ok) return found;
  for (const line of ['', `${found.value.owner} signs this statement:`, '', ...statement.trimEnd().split('\n'), ''])
    world.terminal.note(line);
  return withAllOpen([found.value], async ([key]) => {
    if (key === undefined) throw new Error('no key was opened');
    const signature = await key.signWithOwnerKey({ kind: 'statement', text: statement });
    if (!signature.ok) return failed(ownerKeyFailure(signature.error));
    return good({ owner: key.getOwnerPublicKey(), wallet, statement, signature: encodeBase58(signature.value) });
  });
}

export function formatSignedStatement(signed: SignedStatement): string {
  return `${JSON.stringify({ format: FORMAT, ...signed }, null, 2)}\n`;
}

export interface ReadStatement extends SignedStatement {
  readonly parsed: OwnerStatement;
}

export async function readSignedStatement(world: World, file: string): Promise<Result<ReadStatement, Failure>> {
  const text = await readCarried(world, file);
  return text.ok ? parseSignedStatement(text.value, file) : text;
}

/** Reads a signed statement; one that is not in its one form, or not signed by whom it names, is refused. */
export function parseSignedStatement(text: string, file: string): Result<ReadStatement, Failure> {
  const read = parseCarriedObject(text, file, FORMAT);
  if (!read.ok) return read;
  const { owner, wallet = null, statement, signature } = read.value as { readonly [name in keyof SignedStatement]?: unknown };
  if (typeof owner !== 'string' || !isAddress(owner) || typeof statement !== 'string' || typeof signature !== 'string')
    return misuse(`${nameOf(file)} is damaged`, 'sign it again with "countersign owner statement"');
  const parsed = parseOwnerStatement(statement);
  if (!parsed.ok) return misuse(`the statement in ${nameOf(file)} ${wordsOf(parsed.error)}`, 'sign it again');
  const bytes = decodeBase58(signature);
  if (bytes === null || !acceptedEncodings(statement).some((each) => verifyEd25519(owner, each, bytes)))
    return misuse(`the statement in ${nameOf(file)} is not signed by ${owner}`, 'sign it again');
  return good({ owner, wallet: typeof wallet === 'string' ? wallet : null, statement, signature, parsed: parsed.value });
}
