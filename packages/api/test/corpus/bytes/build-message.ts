import { decodeBase58 } from '@countersign/core';
import type { Names } from './addresses.ts';
import { compileMessage, type HeaderConfig, type Instruction, type Lookup, type Tampering } from './compile.ts';
import { otherBuilders } from './programs/others.ts';
import { systemBuilders } from './programs/system.ts';
import { tokenBuilders } from './programs/token.ts';
import { token2022Builders } from './programs/token-2022.ts';
import { type Builders, buildInstruction, type InstructionRecipe, useOf } from './recipe.ts';

/** A message of a vector. Without anything said: version 0, paid by the vault, no lookups, a blockhash of zeros. */
export interface MessageRecipe {
  readonly version?: 'legacy' | 0 | 1;
  readonly payer?: string;
  readonly instructions: readonly (InstructionRecipe & { readonly times?: number })[];
  readonly lookups?: readonly {
    readonly table: string;
    readonly holds: readonly string[];
    readonly writable?: readonly number[];
    readonly readonly?: readonly number[];
  }[];
  readonly config?: {
    readonly priorityFeeLamports?: string;
    readonly unitLimit?: number;
    readonly dataSizeLimit?: number;
    readonly heapBytes?: number;
  };
  readonly tampering?: Tampering;
  readonly moreKeys?: readonly string[];
  /** `zero`, `latest` (the chain's), or base58. */
  readonly blockhash?: string;
}

export const BUILDERS: Builders = { ...systemBuilders, ...tokenBuilders, ...token2022Builders, ...otherBuilders };

export async function buildInstructions(recipes: MessageRecipe['instructions'], names: Names): Promise<readonly Instruction[]> {
  const repeated = recipes.flatMap((recipe) => Array.from({ length: recipe.times ?? 1 }, (_each, index) => numbered(recipe, index)));
  return Promise.all(repeated.map((recipe) => buildInstruction(recipe, BUILDERS, names)));
}

/** In a recipe that is made several times `#` in a text stands for the number of the turn. */
function numbered(recipe: InstructionRecipe, index: number): InstructionRecipe {
  if (recipe['times'] === undefined) return recipe;
  return JSON.parse(JSON.stringify(recipe).replaceAll('#', String(index))) as InstructionRecipe;
}

/** `latest` is what the blockhash of that name is. */
export async function buildMessage(
  recipe: MessageRecipe,
  names: Names,
  latest: Uint8Array = new Uint8Array(32).fill(1),
): Promise<Uint8Array> {
  const { priorityFeeLamports, ...limits } = recipe.config ?? {};
  const config: HeaderConfig = {
    ...limits,
    ...(priorityFeeLamports === undefined ? {} : { priorityFeeLamports: BigInt(priorityFeeLamports) }),
  };
  const lookups: Lookup[] = await Promise.all(
    (recipe.lookups ?? []).map(async ({ table, holds, writable = [], readonly = [] }) => ({
      table: await names.of(table),
      holds: await Promise.all(holds.map((name) => names.of(name))),
      writable,
      readonly,
    })),
  );
  return compileMessage({
    version: recipe.version ?? 0,
    payer: await names.of(recipe.payer ?? 'vault'),
    instructions: await buildInstructions(recipe.instructions, names),
    blockhash: blockhashOf(recipe.blockhash ?? 'zero', latest),
    lookups,
    config,
    tampering: recipe.tampering ?? {},
    moreKeys: await Promise.all((recipe.moreKeys ?? []).map((text) => useOf(text, names))),
  });
}

function blockhashOf(text: string, latest: Uint8Array): Uint8Array {
  if (text === 'zero') return new Uint8Array(32);
  return text === 'latest' ? latest : (decodeBase58(text) ?? new Uint8Array(32));
}
