import { type AssetOutflow, type Effect, mintOf, NATIVE_ASSET, type Payment, WRAPPED_NATIVE_ASSET } from '@countersign/core';
import { TOKEN } from './addresses/programs.ts';
import { tokenAccountOf } from './addresses/token-account-of.ts';
import type { Scope } from './scope.ts';

/**
 * The payment that effects are, when they are one outflow from where a payment takes it to where a payment brings it, and beside it nothing
 * but the fee, one memo and the creation of the recipient's token account; `null` for everything else.
 */
export function paymentOf(effects: readonly Effect[], scope: Scope): Payment | null {
  let outflow: AssetOutflow | null = null;
  let memo: string | null = null;
  let created: Effect | null = null;
  for (const effect of effects) {
    if (effect.kind === 'fee') continue;
    if (effect.kind === 'asset_outflow' && outflow === null) outflow = effect;
    else if (effect.kind === 'memo' && memo === null) memo = effect.text;
    else if (effect.kind === 'account_creation' && created === null) created = effect;
    else return null;
  }
  if (outflow === null || !isPayable(outflow, scope) || outflow.destination === null) return null;
  if (
    created !== null &&
    !(created.kind === 'account_creation' && outflow.asset !== NATIVE_ASSET && created.account === outflow.destinationAccount)
  )
    return null;
  return { asset: outflow.asset, amount: outflow.amount, recipient: outflow.destination, memo };
}

function isPayable({ asset, amount, hazards, sourceAccount, destination, destinationAccount }: AssetOutflow, scope: Scope): boolean {
  if (amount === 0n || hazards.length > 0 || destination === null || asset === WRAPPED_NATIVE_ASSET) return false;
  const mint = mintOf(asset);
  if (mint === null) return sourceAccount === scope.vault && destinationAccount === destination;
  return sourceAccount === tokenAccountOf(scope.vault, mint, TOKEN) && destinationAccount === tokenAccountOf(destination, mint, TOKEN);
}
