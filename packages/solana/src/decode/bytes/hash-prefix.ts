import { createHash } from 'node:crypto';

/** The first 8 bytes of the SHA-256 of a text, hex: how Anchor and SPL interfaces name instructions. */
export function hashPrefix(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
