import { Malformed } from '../bytes/malformed.ts';
import type { Extension } from './tlv.ts';

/**
 * Extensions of Token-2022 by their number: bytes of the value (`null`: any length), and what they mean for somebody who sends the token,
 * `null` where they change neither amount nor control.
 */
interface Known {
  readonly bytes: number | null;
  readonly hazard: ((value: Uint8Array) => string | null) | null;
}
const says =
  (hazard: string): Known['hazard'] =>
  () =>
    hazard;
/** An address that is not all zeros, at a place in the value. */
const named = (value: Uint8Array, at: number): boolean => value.subarray(at, at + 32).some((byte) => byte !== 0);

const MINT_EXTENSIONS: ReadonlyMap<number, Known> = new Map<number, Known>([
  [1, { bytes: 108, hazard: says('the mint takes a fee out of every transfer') }],
  [3, { bytes: 32, hazard: (value) => (named(value, 0) ? 'the mint can be closed and made anew' : null) }],
  [4, { bytes: 65, hazard: says('the mint allows confidential amounts') }],
  [6, { bytes: 1, hazard: (value) => (value[0] === 1 ? null : 'new accounts of the mint are frozen') }],
  [9, { bytes: 0, hazard: says('the token cannot be transferred') }],
  [10, { bytes: 52, hazard: says('the mint shows other amounts than it counts, by interest') }],
  [12, { bytes: 32, hazard: (value) => (named(value, 0) ? 'the mint has a permanent delegate, who can take every balance' : null) }],
  [
    14,
    {
      bytes: 64,
      hazard: (value) => (named(value, 0) || named(value, 32) ? 'the mint can have another program called at every transfer' : null),
    },
  ],
  [16, { bytes: 129, hazard: says('the mint takes confidential fees') }],
  [18, { bytes: 64, hazard: null }],
  [19, { bytes: null, hazard: null }],
  [20, { bytes: 64, hazard: null }],
  [21, { bytes: 80, hazard: null }],
  [22, { bytes: 64, hazard: null }],
  [23, { bytes: 72, hazard: null }],
  [24, { bytes: 196, hazard: says('the mint allows confidential minting and burning') }],
  [25, { bytes: 56, hazard: says('the mint shows other amounts than it counts, by a multiplier') }],
  [26, { bytes: 33, hazard: says('transfers of the token can be paused') }],
  [28, { bytes: 32, hazard: says('burning the token needs an authority') }],
]);

const ACCOUNT_EXTENSIONS: ReadonlyMap<number, Known> = new Map<number, Known>([
  [2, { bytes: 8, hazard: null }],
  [5, { bytes: 295, hazard: says('the account holds confidential amounts') }],
  [7, { bytes: 0, hazard: null }],
  [8, { bytes: 1, hazard: (value) => (value[0] === 0 ? null : 'the account requires a memo with every transfer') }],
  [11, { bytes: 1, hazard: (value) => (value[0] === 0 ? null : 'the account refuses transfers that a program makes') }],
  [13, { bytes: 0, hazard: says('the token cannot be transferred') }],
  [15, { bytes: 1, hazard: null }],
  [17, { bytes: 64, hazard: says('a confidential fee is withheld in the account') }],
  [27, { bytes: 0, hazard: says('transfers of the token can be paused') }],
]);

/** What extensions of a mint mean; throws `Malformed` for one that no mint has, or that is unknown or of another length. */
export function mintHazards(extensions: readonly Extension[]): readonly string[] {
  return hazards(extensions, MINT_EXTENSIONS);
}
/** The same for a token account. */
export function tokenAccountHazards(extensions: readonly Extension[]): readonly string[] {
  return hazards(extensions, ACCOUNT_EXTENSIONS);
}

function hazards(extensions: readonly Extension[], known: ReadonlyMap<number, Known>): readonly string[] {
  return extensions.flatMap(({ type, value }) => {
    const extension = known.get(type);
    if (extension === undefined) throw new Malformed(`has extension ${type}, which is not understood`);
    if (extension.bytes !== null && extension.bytes !== value.length) throw new Malformed(`has extension ${type} in an unreadable form`);
    const hazard = extension.hazard?.(value) ?? null;
    return hazard === null ? [] : [hazard];
  });
}
