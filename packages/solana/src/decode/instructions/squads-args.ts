import type { Address } from '@countersign/core';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';

/** Squads' own memo is an Option of text at the end of the arguments; it has to be absent, and nothing may follow. */
export function endWithoutMemo(args: ByteReader): void {
  if (args.bool()) throw new Malformed("has a memo in Squads' own field");
  args.end();
}

/** A Borsh vector of addresses (u32 length). */
export function addressList(args: ByteReader): readonly Address[] {
  const count = args.u32();
  if (count * 32 > args.remaining) throw new Malformed('has a list that ends too early');
  return args.list(count, () => args.address());
}

/** Member: key, u8 permission mask. */
export function member(args: ByteReader): { readonly key: Address; readonly permissions: number } {
  return { key: args.address(), permissions: args.u8() };
}
