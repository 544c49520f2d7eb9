import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { Refused } from '../refusal.ts';

/** Deterministic CBOR: RFC 8949 §4.2.1. */
export function encodeCanonical(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/** Decodes; bytes that are not the one deterministic encoding of what they mean (floats, long forms, order, doubles) are `malformed`. */
export function decodeCanonical(bytes: Uint8Array): unknown {
  try {
    const value = decode(bytes, {
      strict: true,
      rejectDuplicateMapKeys: true,
      useMaps: false,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
    });
    if (Buffer.compare(encodeCanonical(value), bytes) === 0) return value;
  } catch {
    // Reported below: what the decoder says may repeat the input.
  }
  throw new Refused('malformed', 'is not deterministic CBOR');
}
