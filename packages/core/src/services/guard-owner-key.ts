import type { Address } from '../domain/address.ts';
import { verifyEd25519 } from '../domain/ed25519.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { acceptedEncodings } from '../domain/off-chain-message.ts';
import { parseOwnerStatement } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { isReviewed, type ReviewedBytes } from '../domain/reviewed-bytes.ts';
import { parseSignIn } from '../domain/sign-in.ts';
import { TITLE } from '../domain/statement-lines.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { IOwnerKeys, OwnerKeyHolder, ToSign } from '../ports/owner-keys.ts';

/** Bytes of an accepted form, on their way to a holder. */
export interface AskedOfOwner {
  readonly kind: ToSign['kind'];
  readonly bytes: Uint8Array;
  /** The same as text, when it is a text. */
  readonly text: string | null;
  /** Whether `signature` is this owner's over exactly this. */
  accepts(signature: Uint8Array): boolean;
}

/** One place where an owner key lives, without the rules that hold for all of them. */
export interface OwnerKeyHolding {
  readonly holder: OwnerKeyHolder;
  readonly owner: Address;
  /** The longest message that the holder takes; `null`: any. */
  readonly limitBytes: number | null;
  /** Whether texts may come back signed in the off-chain wrapper, as some wallets do. */
  readonly mayWrapTexts: boolean;
  sign(asked: AskedOfOwner): Promise<Result<Signature, DomainError>>;
  close(): Promise<void>;
}

/**
 * The one gate before every holder of an owner key. INVARIANT I1: only the accepted forms reach the holder. A signature that does not verify
 * against the pinned public key over exactly these bytes is never given back, whatever the holder says.
 */
export function guardOwnerKey(holding: OwnerKeyHolding): IOwnerKeys {
  let closing: Promise<void> | null = null;
  return {
    holder: holding.holder,
    getOwnerPublicKey: () => holding.owner,
    signWithOwnerKey: async (what) => {
      if (closing !== null) throw new Error('the owner key was closed');
      const bytes = bytesOf(what, holding.owner);
      if (!bytes.ok) return bytes;
      if (holding.limitBytes !== null && bytes.value.length > holding.limitBytes)
        return fail(domainError('message_too_large', { bytes: bytes.value.length, limitBytes: holding.limitBytes }));
      const asked = askFor(holding, what, bytes.value);
      const signed = await holding.sign(asked);
      if (!signed.ok || asked.accepts(signed.value)) return signed;
      return fail(
        domainError('owner_key_refused', { problem: `what came back is not the signature of ${holding.owner} over these bytes` }),
      );
    },
    close: () => {
      closing ??= holding.close();
      return closing;
    },
  };
}

function askFor({ owner, mayWrapTexts }: OwnerKeyHolding, what: ToSign, bytes: Uint8Array): AskedOfOwner {
  const text = what.kind === 'transaction' ? null : what.text;
  const encodings = text !== null && mayWrapTexts ? acceptedEncodings(text) : [bytes];
  const accepts = (signature: Uint8Array): boolean => encodings.some((each) => verifyEd25519(owner, each, signature));
  return { kind: what.kind, bytes: Uint8Array.from(bytes), text, accepts };
}

function bytesOf(what: ToSign, owner: Address): Result<Uint8Array, DomainError> {
  switch (what.kind) {
    case 'statement': {
      const statement = parseOwnerStatement(what.text);
      return statement.ok ? ok(new TextEncoder().encode(what.text)) : statement;
    }
    case 'sign_in': {
      const signIn = parseSignIn(what.text);
      if (!signIn.ok) return signIn;
      if (signIn.value.address !== owner) return fail(domainError('sign_in_invalid', { problem: `is for ${signIn.value.address}` }));
      return ok(new TextEncoder().encode(what.text));
    }
    case 'transaction':
      return messageBytes(what.message);
  }
}

/** First byte of the off-chain wrapper; no transaction message begins with it. */
const OFF_CHAIN_MARK = 0xff;
const SIGN_IN_OPENING = /^[^\n]{1,300} wants you to sign in with your Solana account:\n/;

/** A transaction message is never bytes that would count as a statement or a sign-in. */
function messageBytes(message: ReviewedBytes): Result<Uint8Array, DomainError> {
  if (!isReviewed(message)) throw new TypeError('the owner key signs reviewed bytes only');
  const bytes = message.toBytes();
  const text = String.fromCharCode(...bytes.subarray(0, 512));
  if (bytes.length === 0 || bytes[0] === OFF_CHAIN_MARK || text.startsWith(TITLE) || SIGN_IN_OPENING.test(text))
    return fail(domainError('undecodable_message', { problem: 'is not a transaction message' }));
  return ok(bytes);
}
