import { types } from 'pg';

const INT8 = 20;
const NUMERIC = 1700;
const BYTEA = 17;

type Parser = (text: string) => unknown;

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} is not a safe integer`);
  return value;
}

const PARSERS: { readonly [oid: number]: Parser } = {
  // Moments and sequences: all below 2^53 by CHECK.
  [INT8]: parseInt8,
  // Every numeric of the schema has scale 0.
  [NUMERIC]: BigInt,
  [BYTEA]: (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
};

/** How column values become JavaScript values: int8 → number, numeric → bigint, bytea → Uint8Array, json → value. */
export const VALUE_TYPES: { readonly getTypeParser: (oid: number, format?: 'text' | 'binary') => Parser } = {
  getTypeParser: (oid) => PARSERS[oid] ?? (types.getTypeParser(oid, 'text') as Parser),
};
