import { type Address, type DecodeContext, tokenAsset, UNASSOCIATED_ACCOUNT } from '@countersign/core';
import { readMint } from './accounts/mint.ts';
import { readTokenAccount } from './accounts/token-account.ts';
import { SYSTEM, TOKEN } from './addresses/programs.ts';
import { tokenAccountOf } from './addresses/token-account-of.ts';
import { Malformed } from './bytes/malformed.ts';
import type { Scope } from './scope.ts';

/** A token account, as the chain has it, as this message creates it, or as its address derives. */
export interface TokenHolding {
  readonly owner: Address;
  readonly mint: Address;
  /** `null` when it is not read from the chain. */
  readonly chain: { readonly amount: bigint; readonly lamports: bigint } | null;
  readonly hazards: readonly string[];
  /** Others than the owner who may take from it or close it. */
  readonly sharedWith: readonly Address[];
}

/**
 * Whose token account this is; `null` when nobody can say. What the chain says goes before what the message creates, and that before what
 * the address derives from (`mint`, when the instruction states one, and a wallet that is known). Throws `Malformed` for an account that
 * exists and is no token account of the program.
 */
export function tokenHolding(scope: Scope, program: Address, account: Address, mint: Address | null): TokenHolding | null {
  const fact = scope.facts.read(account);
  // Lamports alone, which anybody can send there, make no token account.
  if (fact && !(fact.owner === SYSTEM && fact.data.length === 0)) {
    const state = about(`names ${account}, which`, () => readTokenAccount(program, fact));
    const hazards = [
      ...state.hazards,
      ...(state.frozen ? [`token account ${account} is frozen`] : []),
      ...placeHazards(scope, program, account, state),
    ];
    const sharedWith = [state.delegate, state.closeAuthority].filter((each) => each !== null && each !== state.owner) as readonly Address[];
    return { owner: state.owner, mint: state.mint, chain: { amount: state.amount, lamports: fact.lamports }, hazards, sharedWith };
  }
  const created = scope.tokenAccounts.get(account);
  if (created !== undefined) {
    if (created.program !== program) throw new Malformed(`names ${account}, which belongs to program ${created.program}`);
    return {
      owner: created.owner,
      mint: created.mint,
      chain: null,
      hazards: placeHazards(scope, program, account, created),
      sharedWith: [],
    };
  }
  if (mint === null) return null;
  const owner = knownWallets(scope).find((wallet) => tokenAccountOf(wallet, mint, program) === account);
  return owner === undefined ? null : { owner, mint, chain: null, hazards: [], sharedWith: [] };
}

/** An account that is not its owner's associated one; worse when it is that of another wallet that is known. */
function placeHazards(
  scope: Scope,
  program: Address,
  account: Address,
  { owner, mint }: { readonly owner: Address; readonly mint: Address },
): readonly string[] {
  if (tokenAccountOf(owner, mint, program) === account) return [];
  const former = knownWallets(scope).find((wallet) => tokenAccountOf(wallet, mint, program) === account);
  if (former === undefined) return [UNASSOCIATED_ACCOUNT];
  return [`token account ${account} derives from ${former} and now belongs to ${owner}`];
}

export function knownWallets(scope: Scope): readonly Address[] {
  const { candidateRecipients, addresses }: DecodeContext = scope.context;
  return [scope.vault, ...candidateRecipients, addresses.owner, addresses.agent, addresses.feeAccount];
}

/** Throws `Malformed` when value moves into an account of the vault that somebody else may empty: it is then no longer the vault's alone. */
export function expectUnshared(account: Address, { sharedWith }: TokenHolding): void {
  if (sharedWith.length > 0)
    throw new Malformed(`moves value into ${account} of the vault, which ${sharedWith.join(' and ')} can take from`);
}

/**
 * Decimals of a mint, `null` when nobody can say, and what its extensions mean. Throws `Malformed` when the mint is not one of the program,
 * and when `stated` decimals are not its own.
 */
export function mintFacts(
  scope: Scope,
  program: Address,
  mint: Address,
  stated: number | null,
): { readonly decimals: number | null; readonly hazards: readonly string[] } {
  const fact = scope.facts.read(mint);
  const known = scope.context.assets.find(({ asset }) => asset === tokenAsset(mint))?.decimals ?? null;
  if (known !== null && stated !== null && known !== stated)
    throw new Malformed(`states ${stated} decimals for ${mint}, which has ${known}`);
  if (fact === null) throw new Malformed(`names mint ${mint}, which does not exist`);
  if (fact === undefined) {
    const hazards = program === TOKEN ? [] : ['what the mint does with the token was not read from the chain'];
    return { decimals: stated ?? known, hazards };
  }
  const state = about(`names mint ${mint}, which`, () => readMint(program, fact));
  if (stated !== null && stated !== state.decimals)
    throw new Malformed(`states ${stated} decimals for ${mint}, which has ${state.decimals}`);
  return state;
}

function about<T>(words: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new Malformed(`${words} ${error.message}`);
  }
}
