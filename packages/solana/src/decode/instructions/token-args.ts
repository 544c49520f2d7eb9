import type { Address } from '@countersign/core';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';

const NONE = '11111111111111111111111111111111';

/**
 * The token programs' COption in instruction data: u8 tag, and the address only when it is 1. Older JavaScript clients write 32 zero bytes
 * after a 0, which the programs do not read.
 */
export function optionalAddress(args: ByteReader): Address | null {
  if (args.bool()) return args.address();
  if (args.remaining > 0 && args.address() !== NONE) throw new Malformed('has something in the place of no address');
  return null;
}

/** Extensions keep an optional address as 32 bytes, all zero for none. */
export function nonZeroAddress(args: ByteReader): Address | null {
  const start = args.address();
  return start === NONE ? null : start;
}
/** A list of u16 until the end. */
export function extensionTypes(args: ByteReader): readonly number[] {
  if (args.remaining % 2 !== 0) throw new Malformed('has half an extension type');
  return args.list(args.remaining / 2, () => args.u16());
}

/** What SetAuthority changes, by its number: both programs know the first four, Token-2022 all. */
const AUTHORITIES: readonly string[] = [
  'mint authority',
  'freeze authority',
  'account owner',
  'close authority',
  'transfer fee authority',
  'withheld fee authority',
  'mint close authority',
  'interest rate authority',
  'permanent delegate',
  'confidential transfer authority',
  'transfer hook authority',
  'confidential transfer fee authority',
  'metadata pointer authority',
  'group pointer authority',
  'group member pointer authority',
  'scaled amount authority',
  'pause authority',
  'permissioned burn authority',
];

export function authorityKind(args: ByteReader, known: number): string {
  const kind = args.u8();
  const name = kind < known ? AUTHORITIES[kind] : undefined;
  if (name === undefined) throw new Malformed(`changes authority ${kind}, which is not understood`);
  return name;
}
