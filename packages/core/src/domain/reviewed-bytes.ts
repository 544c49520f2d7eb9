import { sha256Hex } from './hash.ts';

declare const brand: unique symbol;

/**
 * Message bytes that someone decoded completely and showed to the owner. INVARIANT I1: the owner key signs transaction messages only in
 * this form, which nothing but `reviewed` makes.
 */
export interface ReviewedBytes {
  readonly [brand]: 'ReviewedBytes';
  /** Which decoder read them to the last byte, for the audit log. */
  readonly decodedBy: string;
  readonly sha256: string;
  /** A copy, made when they were reviewed. */
  toBytes(): Uint8Array;
}

const made = new WeakSet<object>();

/** Call it where the decoded effects of exactly these bytes were accepted. The bytes are copied: later changes do not reach the signature. */
export function reviewed(bytes: Uint8Array, decodedBy: string): ReviewedBytes {
  if (decodedBy === '') throw new TypeError('name the decoder that read the bytes');
  const copy = Uint8Array.from(bytes);
  const value = Object.freeze({ decodedBy, sha256: sha256Hex(copy), toBytes: () => Uint8Array.from(copy) }) as unknown as ReviewedBytes;
  made.add(value);
  return value;
}

export function isReviewed(value: ReviewedBytes): boolean {
  return made.has(value);
}
