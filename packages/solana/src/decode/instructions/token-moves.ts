import { type Address, type Effect, NATIVE_ASSET, NATIVE_DECIMALS, tokenAsset, UNASSOCIATED_ACCOUNT } from '@countersign/core';
import { NATIVE_MINT, NATIVE_MINT_2022, TOKEN } from '../addresses/programs.ts';
import { Malformed } from '../bytes/malformed.ts';
import { expectUnshared, mintFacts, type TokenHolding, tokenHolding } from '../token-holding.ts';
import { rentLamports } from './rent.ts';
import { type AnyStep, foreign } from './shape.ts';

export interface TokenMove {
  readonly source: Address;
  readonly destination: Address;
  readonly authority: Address;
  /** `null` when the instruction does not state them. */
  readonly mint: Address | null;
  readonly decimals: number | null;
  /** Gross. */
  readonly amount: bigint;
}

/** Whose token account an instruction acts on; throws `Malformed` when nobody can say, or when it holds another mint than stated. */
export function holdingActedOn({ program, scope }: AnyStep, account: Address, mint: Address | null): TokenHolding {
  const holding = tokenHolding(scope, program, account, mint);
  if (holding === null) throw new Malformed(`acts on ${account}, and nobody can say whose it is`);
  if (mint !== null && holding.mint !== mint) throw new Malformed(`states mint ${mint} for ${account}, which holds ${holding.mint}`);
  return holding;
}

/** True when a token account is the vault's and nobody else's signatures are used on it; `false` when it is somebody else's. */
export function actsOnVault(step: AnyStep, holding: TokenHolding): boolean {
  if (holding.owner !== step.scope.vault) return false;
  if (step.program === TOKEN && step.more.length > 0) throw new Malformed(`is ${step.name} by the signers of a multisig`);
  return true;
}

/** Tokens out of a token account. Whoever signs, it counts against the owner of that account. */
export function moveTokens(step: AnyStep, move: TokenMove): readonly Effect[] {
  const { program, scope, position } = step;
  const from = holdingActedOn(step, move.source, move.mint);
  if (!actsOnVault(step, from)) return foreign(step, [from.owner, move.source, move.authority]);
  const { mint } = from;
  const facts = mintFacts(scope, program, mint, move.decimals);
  // A program may move tokens without naming their mint anywhere in the message; what counts of such a call is its base units.
  const decimals = move.decimals ?? facts.decimals ?? (scope.standing === 'called' && program === TOKEN ? 0 : null);
  if (decimals === null) throw new Malformed(`moves tokens of ${mint}, whose decimals nobody can say`);
  const to = move.source === move.destination ? from : tokenHolding(scope, program, move.destination, mint);
  if (to !== null && to.mint !== mint) throw new Malformed(`sends ${mint} to ${move.destination}, which holds ${to.mint}`);
  const common = { instruction: position, asset: tokenAsset(mint), amount: move.amount } as const;
  if (to?.owner === scope.vault) {
    if (move.source !== move.destination) expectUnshared(move.destination, to);
    return [{ kind: 'own_move', ...common, from: move.source, to: move.destination }];
  }
  return [
    {
      kind: 'asset_outflow',
      ...common,
      decimals,
      source: scope.vault,
      sourceAccount: move.source,
      destination: to?.owner ?? null,
      destinationAccount: move.destination,
      spendingLimit: null,
      hazards: [...new Set([...facts.hazards, ...sourceHazards(from), ...(to?.hazards ?? [])])],
    },
  ];
}

/** Where the vault's own tokens lie changes nothing for whoever receives them. */
function sourceHazards({ hazards }: TokenHolding): readonly string[] {
  return hazards.filter((hazard) => hazard !== UNASSOCIATED_ACCOUNT);
}

/** `CloseAccount`: the vault's account ends; what it holds of wrapped SOL goes with its rent. */
export function closeTokenAccount(step: AnyStep, account: Address, destination: Address, authority: Address): readonly Effect[] {
  const holding = holdingActedOn(step, account, null);
  if (!actsOnVault(step, holding)) return foreign(step, [holding.owner, account, authority]);
  const { scope, position } = step;
  const closing: Effect = {
    kind: 'account_closing',
    instruction: position,
    account,
    destination,
    amountLamports: holding.chain?.lamports ?? null,
  };
  const wrapped = isNativeMint(holding.mint) ? (holding.chain?.amount ?? 0n) : 0n;
  if (destination !== scope.vault || wrapped === 0n) return [closing];
  return [
    { kind: 'own_move', instruction: position, asset: tokenAsset(holding.mint), amount: wrapped, from: account, to: destination },
    closing,
  ];
}

/** `UnwrapLamports`: wrapped SOL becomes SOL somewhere else. Without an amount it is all, which only the vault itself may get. */
export function unwrapLamports(
  step: AnyStep,
  source: Address,
  destination: Address,
  authority: Address,
  amount: bigint | null,
): readonly Effect[] {
  const holding = holdingActedOn(step, source, null);
  if (!actsOnVault(step, holding)) return foreign(step, [holding.owner, source, authority]);
  if (!isNativeMint(holding.mint)) throw new Malformed(`unwraps ${holding.mint}, which is not wrapped SOL`);
  const { scope, position } = step;
  const asset = tokenAsset(holding.mint);
  if (destination === scope.vault || destination === source)
    return [
      { kind: 'own_move', instruction: position, asset, amount: amount ?? holding.chain?.amount ?? 0n, from: source, to: destination },
    ];
  if (amount === null) throw new Malformed(`unwraps whatever ${source} then holds for ${destination}`);
  return [
    {
      kind: 'asset_outflow',
      instruction: position,
      asset,
      amount,
      decimals: NATIVE_DECIMALS,
      source: scope.vault,
      sourceAccount: source,
      destination,
      destinationAccount: destination,
      spendingLimit: null,
      hazards: sourceHazards(holding),
    },
  ];
}

/** `WithdrawExcessLamports`: what lies in a token account above its rent; how much that is then, the bytes do not say. */
export function withdrawExcessLamports(step: AnyStep, source: Address, destination: Address, authority: Address): readonly Effect[] {
  const { scope, position } = step;
  const fact = scope.facts.read(source);
  const holding =
    fact === undefined || fact?.data.length === 165 || step.program !== TOKEN ? tokenHolding(scope, step.program, source, null) : null;
  if (holding === null || !actsOnVault(step, holding)) return foreign(step, [holding?.owner ?? source, source, authority]);
  if (destination !== scope.vault) throw new Malformed(`takes whatever ${source} then holds above its rent to ${destination}`);
  const amount = holding.chain === null ? 0n : excess(holding.chain.lamports, fact?.data.length ?? 0);
  return [{ kind: 'own_move', instruction: position, asset: NATIVE_ASSET, amount, from: source, to: destination }];
}

function excess(lamports: bigint, dataBytes: number): bigint {
  const kept = rentLamports(dataBytes);
  return lamports > kept ? lamports - kept : 0n;
}

/** `SyncNative` on the vault's own wrapped SOL counts in what was sent there before, which is what that transfer already said. */
export function syncNative(step: AnyStep, account: Address): readonly Effect[] {
  const wrapped = step.scope.wrappedNative.find((each) => each.account === account);
  const holding = tokenHolding(step.scope, step.program, account, wrapped?.mint ?? null);
  if (holding?.owner === step.scope.vault && isNativeMint(holding.mint)) return [];
  return foreign(step, [holding?.owner ?? account]);
}

export function isNativeMint(mint: Address): boolean {
  return mint === NATIVE_MINT || mint === NATIVE_MINT_2022;
}
