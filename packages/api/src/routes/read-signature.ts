import { type DomainError, decodeBase58, domainError, fail, ok, type Result, SIGNATURE_BYTES } from '@countersign/core';

/** The 64 bytes of a signature; the schema has judged the letters, not the length. */
export function readSignature(text: string, field: string): Result<Uint8Array, DomainError> {
  const bytes = decodeBase58(text);
  if (bytes?.length === SIGNATURE_BYTES) return ok(bytes);
  return fail(domainError('invalid_field', { field, problem: 'is not a base58 signature of 64 bytes' }));
}
