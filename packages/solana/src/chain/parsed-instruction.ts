import { type Address, address, decodeBase58, isAddress } from '@countersign/core';
import { ASSOCIATED_TOKEN_PROGRAM, MEMO_PROGRAM, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';

/** An instruction in bytes. */
export interface EncodedInstruction {
  readonly accounts: readonly Address[];
  readonly data: Uint8Array;
}

type Info = { readonly [name: string]: unknown };
type Encode = (info: Info) => EncodedInstruction;

/** What a node's words lack to be bytes again. */
class Untold extends Error {}

const RENT = address('SysvarRent111111111111111111111111111111111');
const RECENT_BLOCKHASHES = address('SysvarRecentB1ockHashes11111111111111111111');

/**
 * Turns what a node tells in words of an instruction (`jsonParsed`) back into the bytes that it has read: instructions of the System, token
 * and associated token program as programs call them, and memos. `null` for every other instruction: nobody can then say what it does
 * (INVARIANT I5).
 */
export function encodeParsed(program: Address, parsed: unknown): EncodedInstruction | null {
  if (program === MEMO_PROGRAM) return typeof parsed === 'string' ? { accounts: [], data: Buffer.from(parsed) } : null;
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { type, info } = parsed as { readonly type?: unknown; readonly info?: unknown };
  if (typeof type !== 'string' || typeof info !== 'object' || info === null) return null;
  const encode = PROGRAMS.get(program)?.get(type);
  if (!encode) return null;
  try {
    return encode(info as Info);
  } catch (error) {
    if (error instanceof Untold) return null;
    throw error;
  }
}

const key = (info: Info, name: string): Address => {
  const value = info[name];
  if (typeof value !== 'string' || !isAddress(value)) throw new Untold();
  return value;
};
const keys = (info: Info, ...names: readonly string[]): readonly Address[] => names.map((name) => key(info, name));
const bytesOf = (info: Info, name: string): Uint8Array => decodeBase58(key(info, name)) ?? new Uint8Array();
const u32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
/** A number that JSON carried exactly, or digits. */
const u64 = (value: unknown): Uint8Array => {
  const exact =
    typeof value === 'number' ? Number.isSafeInteger(value) && value >= 0 : typeof value === 'string' && /^\d{1,20}$/.test(value);
  const amount = exact ? BigInt(value as string | number) : -1n;
  if (amount < 0n || amount >= 2n ** 64n) throw new Untold();
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(amount);
  return bytes;
};
/** Length as u64, then UTF-8. */
const seed = (info: Info, name: string): Uint8Array => {
  const text = info[name];
  if (typeof text !== 'string') throw new Untold();
  return Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
};
const made = (accounts: readonly Address[], ...data: readonly Uint8Array[]): EncodedInstruction => ({
  accounts,
  data: Uint8Array.from(Buffer.concat(data)),
});

const SYSTEM: ReadonlyMap<string, Encode> = new Map<string, Encode>([
  ['createAccount', (i) => made(keys(i, 'source', 'newAccount'), u32(0), u64(i['lamports']), u64(i['space']), bytesOf(i, 'owner'))],
  ['assign', (i) => made(keys(i, 'account'), u32(1), bytesOf(i, 'owner'))],
  ['transfer', (i) => made(keys(i, 'source', 'destination'), u32(2), u64(i['lamports']))],
  [
    'createAccountWithSeed',
    (i) => {
      const accounts = key(i, 'base') === key(i, 'source') ? keys(i, 'source', 'newAccount') : keys(i, 'source', 'newAccount', 'base');
      return made(accounts, u32(3), bytesOf(i, 'base'), seed(i, 'seed'), u64(i['lamports']), u64(i['space']), bytesOf(i, 'owner'));
    },
  ],
  ['advanceNonce', (i) => made([key(i, 'nonceAccount'), RECENT_BLOCKHASHES, key(i, 'nonceAuthority')], u32(4))],
  ['allocate', (i) => made(keys(i, 'account'), u32(8), u64(i['space']))],
  [
    'transferWithSeed',
    (i) =>
      made(
        keys(i, 'source', 'sourceBase', 'destination'),
        ...[u32(11), u64(i['lamports']), seed(i, 'sourceSeed'), bytesOf(i, 'sourceOwner')],
      ),
  ],
]);

/** The signing authority, or a multisignature and its signers, as the last accounts of a token instruction. */
const authority = (info: Info, name: string): readonly Address[] => {
  const shared = `multisig${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  if (info[shared] === undefined) return [key(info, name)];
  const { signers } = info;
  if (!Array.isArray(signers)) throw new Untold();
  return [key(info, shared), ...signers.map((signer) => key({ signer }, 'signer'))];
};
const tag = (value: number): Uint8Array => Uint8Array.of(value);
/** `tokenAmount: {amount, decimals}` as u64 and u8. */
const checked = ({ tokenAmount }: Info): Uint8Array => {
  const { amount, decimals } = (typeof tokenAmount === 'object' && tokenAmount !== null ? tokenAmount : {}) as Info;
  if (typeof amount !== 'string' || typeof decimals !== 'number' || !Number.isInteger(decimals) || decimals < 0 || decimals > 255)
    throw new Untold();
  return Buffer.concat([u64(amount), Uint8Array.of(decimals)]);
};
const digits = ({ amount }: Info): Uint8Array => {
  if (typeof amount !== 'string') throw new Untold();
  return u64(amount);
};
const AUTHORITIES: readonly string[] = ['mintTokens', 'freezeAccount', 'accountOwner', 'closeAccount'];

/** Extension type 7, u16. */
const IMMUTABLE_OWNER: readonly number[] = [7, 0];

const TOKEN: ReadonlyMap<string, Encode> = new Map<string, Encode>([
  ['initializeAccount', (i) => made([...keys(i, 'account', 'mint', 'owner'), RENT], tag(1))],
  ['transfer', (i) => made([...keys(i, 'source', 'destination'), ...authority(i, 'authority')], tag(3), digits(i))],
  ['approve', (i) => made([...keys(i, 'source', 'delegate'), ...authority(i, 'owner')], tag(4), digits(i))],
  ['revoke', (i) => made([key(i, 'source'), ...authority(i, 'owner')], tag(5))],
  [
    'setAuthority',
    (i) => {
      const kind = AUTHORITIES.indexOf(String(i['authorityType']));
      if (kind < 0) throw new Untold();
      const to = i['newAuthority'] === null ? Uint8Array.of(0) : Buffer.concat([Uint8Array.of(1), bytesOf(i, 'newAuthority')]);
      const of = kind < 2 ? 'mint' : 'account';
      return made([key(i, of), ...authority(i, 'authority')], tag(6), tag(kind), to);
    },
  ],
  ['mintTo', (i) => made([...keys(i, 'mint', 'account'), ...authority(i, 'mintAuthority')], tag(7), digits(i))],
  ['burn', (i) => made([...keys(i, 'account', 'mint'), ...authority(i, 'authority')], tag(8), digits(i))],
  ['closeAccount', (i) => made([...keys(i, 'account', 'destination'), ...authority(i, 'owner')], tag(9))],
  ['transferChecked', (i) => made([...keys(i, 'source', 'mint', 'destination'), ...authority(i, 'authority')], tag(12), checked(i))],
  ['approveChecked', (i) => made([...keys(i, 'source', 'mint', 'delegate'), ...authority(i, 'owner')], tag(13), checked(i))],
  ['mintToChecked', (i) => made([...keys(i, 'mint', 'account'), ...authority(i, 'mintAuthority')], tag(14), checked(i))],
  ['burnChecked', (i) => made([...keys(i, 'account', 'mint'), ...authority(i, 'authority')], tag(15), checked(i))],
  ['initializeAccount2', (i) => made([...keys(i, 'account', 'mint'), RENT], tag(16), bytesOf(i, 'owner'))],
  ['syncNative', (i) => made(keys(i, 'account'), tag(17))],
  ['initializeAccount3', (i) => made(keys(i, 'account', 'mint'), tag(18), bytesOf(i, 'owner'))],
  [
    'getAccountDataSize',
    (i) => {
      const { extensionTypes = [] } = i;
      if (!Array.isArray(extensionTypes) || extensionTypes.some((extension) => extension !== 'immutableOwner')) throw new Untold();
      return made(keys(i, 'mint'), tag(21), Uint8Array.from(extensionTypes.flatMap(() => IMMUTABLE_OWNER)));
    },
  ],
  ['initializeImmutableOwner', (i) => made(keys(i, 'account'), tag(22))],
]);

const ASSOCIATED: ReadonlyMap<string, Encode> = new Map<string, Encode>(
  (['create', 'createIdempotent'] as const).map((name, index) => [
    name,
    (i) => made(keys(i, 'source', 'account', 'wallet', 'mint', 'systemProgram', 'tokenProgram'), tag(index)),
  ]),
);

const PROGRAMS: ReadonlyMap<Address, ReadonlyMap<string, Encode>> = new Map([
  [SYSTEM_PROGRAM, SYSTEM],
  [TOKEN_PROGRAM, TOKEN],
  [TOKEN_2022_PROGRAM, TOKEN],
  [ASSOCIATED_TOKEN_PROGRAM, ASSOCIATED],
]);
