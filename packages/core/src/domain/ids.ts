import type { Branded } from './brand.ts';
import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';

export type WalletId = Branded<string, 'WalletId'>;
export type RequestId = Branded<string, 'RequestId'>;
export type AttemptId = Branded<string, 'AttemptId'>;
export type ApprovalId = Branded<string, 'ApprovalId'>;
export type CredentialId = Branded<string, 'CredentialId'>;
export type KeyId = Branded<string, 'KeyId'>;
export type KitId = Branded<string, 'KitId'>;

/** The prefix of each kind of id; after it stand 26 characters of Crockford base32 (a ULID: 48 bits of time, 80 of randomness). */
export const ID_PREFIXES: {
  readonly wallet: 'wal';
  readonly request: 'tx';
  readonly attempt: 'att';
  readonly approval: 'apr';
  readonly credential: 'crd';
  readonly key: 'key';
  readonly kit: 'kit';
} = {
  wallet: 'wal',
  request: 'tx',
  attempt: 'att',
  approval: 'apr',
  credential: 'crd',
  key: 'key',
  kit: 'kit',
};
export type IdKind = keyof typeof ID_PREFIXES;
export type IdOf = {
  wallet: WalletId;
  request: RequestId;
  attempt: AttemptId;
  approval: ApprovalId;
  credential: CredentialId;
  key: KeyId;
  kit: KitId;
};

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Parses an id of the given kind, such as `wal_01KAQ…`. */
export function parseId<Kind extends IdKind>(kind: Kind, text: unknown, field: string): Result<IdOf[Kind], DomainError> {
  const prefix = `${ID_PREFIXES[kind]}_`;
  if (typeof text === 'string' && text.startsWith(prefix) && ULID.test(text.slice(prefix.length))) return ok(text as IdOf[Kind]);
  return fail(domainError('invalid_field', { field, problem: `is not an id of a ${kind} (${prefix} and 26 characters)` }));
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Makes an id from Unix milliseconds and 10 random bytes. */
export function makeId<Kind extends IdKind>(kind: Kind, nowMs: number, random: Uint8Array): IdOf[Kind] {
  let value = BigInt(nowMs);
  for (const byte of random.subarray(0, 10)) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let index = 0; index < 26; index += 1, value >>= 5n) text = CROCKFORD.charAt(Number(value & 31n)) + text;
  return `${ID_PREFIXES[kind]}_${text}` as IdOf[Kind];
}
