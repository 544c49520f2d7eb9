import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';

/** Where Token-2022 says what an extended account is: after the bytes of a token account, to which a mint is padded. */
const KIND_AT = 165;
const MULTISIG_BYTES = 355;
export const MINT_KIND = 1;
export const TOKEN_ACCOUNT_KIND = 2;

/** One extension: u16 type, u16 length, value. */
export interface Extension {
  readonly type: number;
  readonly value: Uint8Array;
}

/**
 * The extensions of a Token-2022 mint (82 bytes) or token account (165 bytes): zeros up to byte 165, the kind, then type, length and value
 * until the end or a type of 0, after which only zeros may come. Throws `Malformed` for anything else, also for a type that comes twice.
 */
export function readExtensions(data: Uint8Array, baseBytes: 82 | 165, kind: number): readonly Extension[] {
  if (data.length === baseBytes) return [];
  if (data.length <= KIND_AT || data.length === MULTISIG_BYTES) throw new Malformed('has an unreadable length');
  if (data.subarray(baseBytes, KIND_AT).some((byte) => byte !== 0) || data[KIND_AT] !== kind)
    throw new Malformed('is of an unreadable kind');
  const reader = new ByteReader(data.subarray(KIND_AT + 1));
  const found: Extension[] = [];
  while (reader.remaining >= 2) {
    const type = reader.u16();
    if (type === 0) break;
    if (found.some((each) => each.type === type)) throw new Malformed(`has extension ${type} twice`);
    found.push({ type, value: reader.bytes(reader.u16()) });
  }
  if (reader.rest().some((byte) => byte !== 0)) throw new Malformed('has unreadable extensions');
  return found;
}
