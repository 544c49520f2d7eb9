import { createHash } from 'node:crypto';
import { encodeBase58 } from '@countersign/core';
import {
  createAddressWithSeed,
  getAddressEncoder,
  getProgramDerivedAddress,
  isAddress,
  isOffCurveAddress,
  address as kitAddress,
} from '@solana/kit';
import { corpusKey, PROGRAMS } from './known.ts';

/** The addresses of one wallet, by the names that the vectors call them. */
export interface WalletNames {
  readonly [name: string]: string;
}
/** Mints of the Token-2022 program; all other mints are of the classic one. */
export const isToken2022 = (mint: string): boolean => mint.startsWith('t22');

/** Whoever stands behind each name of a vector. Names that nobody knows are keys made from the name. */
export interface Names {
  of(name: string): Promise<string>;
}

const encoder = getAddressEncoder();
const derive = async (program: string, seeds: readonly (string | Uint8Array)[]): Promise<string> => {
  const bytes = seeds.map((seed) => (typeof seed === 'string' ? encoder.encode(kitAddress(seed)) : seed));
  return (await getProgramDerivedAddress({ programAddress: kitAddress(program), seeds: bytes }))[0];
};
const program = (name: string): string => PROGRAMS[name] ?? '';

export function createNames(wallet: WalletNames): Names {
  const known = new Map<string, string>();
  const of = async (name: string): Promise<string> => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = await look(name);
    known.set(name, found);
    return found;
  };
  const look = async (name: string): Promise<string> => {
    const fixed = wallet[name] ?? PROGRAMS[name];
    if (fixed !== undefined) return fixed;
    // `usdc@vault`: the associated token account of a holder. `usdc@vault!token2022`: under another program than the mint's.
    const associated = /^([^@]+)@([^!]+)(?:!(\w+))?$/.exec(name);
    if (associated) {
      const [, mint = '', holder = '', under] = associated;
      const tokenProgram = program(under ?? (isToken2022(mint) ? 'token2022' : 'token'));
      return derive(program('ata'), [await of(holder), tokenProgram, await of(mint)]);
    }
    // What is set up for each wallet of its own.
    if (name.startsWith('own/')) return corpusKey(`${name} ${wallet['vault'] ?? ''}`).address;
    if (name.startsWith('lookalike/')) return lookAlike(await of(name.slice('lookalike/'.length)));
    if (/^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(name)) return name;
    return corpusKey(name).address;
  };
  return { of };
}

/** An address that System derives from a base, a seed text and an owner. */
export async function withSeed(base: string, seed: string, owner: string): Promise<string> {
  return createAddressWithSeed({ baseAddress: kitAddress(base), seed, programAddress: kitAddress(owner) });
}
/** Accounts of a multisig by Squads' seeds. */
export async function squadsAddress(multisig: string, ...seeds: readonly (string | Uint8Array)[]): Promise<string> {
  const text = new TextEncoder();
  return derive(program('squads'), [
    text.encode('multisig'),
    multisig,
    ...seeds.map((seed) => (typeof seed === 'string' ? text.encode(seed) : seed)),
  ]);
}

/** An address on the curve with the same first and last four characters; the same one each time. */
function lookAlike(model: string): string {
  for (let turn = 0; ; turn += 1) {
    const middle = encodeBase58(createHash('sha256').update(`look-alike ${turn}`).digest()).slice(4, model.length - 4);
    const text = `${model.slice(0, 4)}${middle}${model.slice(-4)}`;
    if (text.length === model.length && isAddress(text) && !isOffCurveAddress(text)) return text;
  }
}

/** The wallet of the stored bytes: its multisig, vault and limit lie where Squads derives them from the name `createKey`. */
export async function modelWallet(): Promise<WalletNames> {
  const text = new TextEncoder();
  const multisig = await derive(program('squads'), [text.encode('multisig'), text.encode('multisig'), corpusKey('createKey').address]);
  const vault = await squadsAddress(multisig, 'vault', Uint8Array.of(0));
  return { multisig, vault };
}
