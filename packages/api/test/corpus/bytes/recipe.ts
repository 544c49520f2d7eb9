import { decodeBase58 } from '@countersign/core';
import type { Names } from './addresses.ts';
import type { AccountUse, Instruction } from './compile.ts';

/** One instruction of a vector: `ix` names the builder, all else are its parameters. */
export interface InstructionRecipe {
  readonly ix: string;
  readonly [parameter: string]: unknown;
}

/** Reads the parameters of one recipe; a parameter that is missing takes the builder's default. */
export interface Parameters {
  /** An account's name. */
  account(parameter: string, otherwise: string): string;
  amount(parameter: string, otherwise?: bigint): bigint;
  number(parameter: string, otherwise?: number): number;
  text(parameter: string, otherwise?: string): string;
  list(parameter: string): readonly unknown[];
  has(parameter: string): boolean;
  /** The 32 bytes behind a name. */
  key(name: string): Promise<Uint8Array>;
  readonly names: Names;
  /** Builds a recipe that stands inside this one. */
  inner(recipe: InstructionRecipe): Promise<Instruction>;
}

/** Accounts are written `name:sw`: signer, writable. */
export interface Sketch {
  readonly program: string;
  readonly accounts: readonly string[];
  readonly data: Uint8Array;
}
export type Builder = (parameters: Parameters) => Promise<Sketch> | Sketch;
export type Builders = { readonly [name: string]: Builder };

export async function buildInstruction(recipe: InstructionRecipe, builders: Builders, names: Names): Promise<Instruction> {
  const builder = builders[recipe.ix];
  if (!builder) throw new Error(`no builder is called ${recipe.ix}`);
  const parameters: Parameters = {
    account: (parameter, otherwise) => String(recipe[parameter] ?? otherwise),
    amount: (parameter, otherwise = 0n) => BigInt(String(recipe[parameter] ?? otherwise)),
    number: (parameter, otherwise = 0) => Number(recipe[parameter] ?? otherwise),
    text: (parameter, otherwise = '') => String(recipe[parameter] ?? otherwise),
    list: (parameter) => (Array.isArray(recipe[parameter]) ? recipe[parameter] : []),
    has: (parameter) => recipe[parameter] !== undefined,
    key: async (name) => decodeBase58(await names.of(name)) ?? new Uint8Array(32),
    names,
    inner: (inner) => buildInstruction(inner, builders, names),
  };
  const { program, accounts, data } = await builder(parameters);
  // Any instruction can be sent to another program, with other accounts, or with bytes after it.
  const more = typeof recipe['append'] === 'string' ? Buffer.from(recipe['append'], 'hex') : new Uint8Array();
  const cut = typeof recipe['cut'] === 'number' ? recipe['cut'] : 0;
  const others = Array.isArray(recipe['moreAccounts']) ? recipe['moreAccounts'].map(String) : [];
  return {
    program: await names.of(String(recipe['program'] ?? program)),
    accounts: await Promise.all([...accounts, ...others].map((text) => useOf(text, names))),
    data: Uint8Array.from(Buffer.concat([data.subarray(0, data.length - cut), more])),
  };
}

export async function useOf(text: string, names: Names): Promise<AccountUse> {
  const [name = '', rights = ''] = text.split(':');
  return { address: await names.of(name), signer: rights.includes('s'), writable: rights.includes('w') };
}
