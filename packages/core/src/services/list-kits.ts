import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { coversAll, KIT_STATES, type Kit } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { PolicyRevision } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';

export interface ListedKits {
  /** Newest first. */
  readonly kits: readonly Kit[];
  /** What is missing, each a plain sentence. */
  readonly warnings: readonly string[];
}

/** Every kit that was ever made for a wallet, and what is missing. */
export async function listKits(deps: Pick<Dependencies, 'database'>, walletId: WalletId): Promise<Result<ListedKits, DomainError>> {
  return deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.get(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    const kits = await tx.kits.list(walletId, { purpose: null, states: KIT_STATES });
    return ok({ kits, warnings: kitWarnings(wallet, await tx.policies.active(walletId), kits) });
  });
}

/** What is missing for stopping a wallet's agent on chain, and for recovering the wallet. */
function kitWarnings(wallet: Wallet, revision: PolicyRevision | null, kits: readonly Kit[]): readonly string[] {
  const warnings: string[] = [];
  const lockdown = lockdownWarning(revision, kits);
  if (lockdown !== null) warnings.push(lockdown);
  const handedOut = kits.some(({ purpose, state }) => purpose === 'recovery' && state === 'handed_out');
  if (wallet.recovery !== null && !handedOut)
    warnings.push('no recovery kit was handed out: the recovery key cannot take the place of a lost owner key yet; make one');
  return warnings;
}

/** Why an emergency lockdown could not take all the agent's limits off the chain with the owner asleep; `null` when it could, or there are none. */
export function lockdownWarning(revision: PolicyRevision | null, kits: readonly Kit[]): string | null {
  const lockdowns = kits.filter(({ purpose }) => purpose === 'lockdown');
  const gone = new Set(lockdowns.filter(({ state }) => state === 'used').flatMap(({ limits }) => limits));
  const limits = (revision?.limits ?? []).map(({ spendingLimit }) => spendingLimit).filter((limit) => !gone.has(limit));
  const usable = lockdowns.filter(({ state }) => state === 'armed' || state === 'called' || state === 'sent');
  if (limits.length === 0 || coversAll(usable, limits)) return null;
  return usable.length === 0
    ? "no lockdown is armed: only the owner, awake, can take the agent's limits off the chain; arm one"
    : "the armed lockdown does not take all of the agent's limits away; arm it anew";
}
