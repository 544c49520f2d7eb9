import { createHash } from 'node:crypto';

/** SHA-256 as 32 bytes; text is UTF-8. */
export function sha256(input: Uint8Array | string): Uint8Array {
  return createHash('sha256').update(input).digest();
}

/** SHA-256 as 64 lower-case hex digits. */
export function sha256Hex(input: Uint8Array | string): string {
  return createHash('sha256').update(input).digest('hex');
}
