import { decodeBase58 } from './base58.ts';
import type { Branded } from './brand.ts';
import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';

/** An address of the chain: base58 of exactly 32 bytes. */
export type Address = Branded<string, 'Address'>;

export const ADDRESS_BYTES = 32;

export function isAddress(text: string): text is Address {
  return text.length >= 32 && text.length <= 44 && decodeBase58(text)?.length === ADDRESS_BYTES;
}

/** Parses an address; `invalid_field` names `field` when the text is not base58 of 32 bytes. */
export function parseAddress(text: unknown, field = 'address'): Result<Address, DomainError> {
  if (typeof text === 'string' && isAddress(text)) return ok(text);
  return fail(domainError('invalid_field', { field, problem: 'is not a base58 address of 32 bytes' }));
}

/** For constants and values that are addresses by construction; throws otherwise. */
export function address(text: string): Address {
  if (!isAddress(text)) throw new TypeError(`not an address: ${text}`);
  return text;
}

/** Whether two different addresses show the same first and last four characters, as poisoned look-alikes do. */
export function looksLike(one: Address, other: Address): boolean {
  return one !== other && one.slice(0, 4) === other.slice(0, 4) && one.slice(-4) === other.slice(-4);
}
