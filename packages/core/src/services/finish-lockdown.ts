import type { Address } from '../domain/address.ts';
import type { KitId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import { ok } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import type { KitOnChain } from './lockdown-position.ts';

/**
 * A kit that was sent is at its end: `used` when the chain, read back at finalized, no longer has its limits (INVARIANT I8), `stale` when it
 * failed on chain or its nonce moved without it; `null` while nobody can say.
 */
export function endOfSent({ kit, nonce, status }: KitOnChain, limits: ReadonlySet<Address>): 'used' | 'stale' | null {
  if (kit.limits.every((limit) => !limits.has(limit))) return 'used';
  if (status?.kind === 'finalized') return status.error === null ? null : 'stale';
  return status?.kind === 'not_found' && nonce?.nonce !== kit.nonce ? 'stale' : null;
}

/** Writes down the end of a kit that was sent, or that can never be used. */
export async function endKit({ database }: Dependencies, kit: Kit, to: 'used' | 'stale', problem: string | null): Promise<void> {
  const { id, walletId, state } = kit;
  const ended = await database.transact(async (tx) => {
    await tx.wallets.lock(walletId);
    if (!(await tx.kits.move(id, state, to, problem === null ? {} : { problem }))) return ok(undefined);
    const details = { purpose: kit.purpose, signature: kit.signature, limits: kit.limits, problem };
    await tx.audit.append([{ chain: walletId, action: `kit.${to}`, actor: SERVICE, subject: id, details }], await tx.nowMs());
    return ok(undefined);
  });
  if (!ended.ok) throw new Error(`the end of a kit could not be written: ${JSON.stringify(ended.error)}`);
}

/** The agent has no limit on chain any more: the lockdown is done, and what was armed for it is of no use. INVARIANT I8, I10. */
export async function finishLockdown(deps: Dependencies, { id: walletId, multisig }: Wallet): Promise<void> {
  const finished = await deps.database.transact(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    const open = await tx.kits.list(walletId, { purpose: 'lockdown', states: ['sent', 'called', 'armed'] });
    // Somebody else wrote it down.
    if (wallet?.state !== 'frozen' || !open.some(({ state }) => state !== 'armed')) return ok(false);
    const used: KitId[] = [];
    for (const { id, state } of open) {
      const landed = state === 'sent';
      await tx.kits.move(id, state, landed ? 'used' : 'stale', landed ? {} : { problem: 'the limits are gone' });
      if (landed) used.push(id);
    }
    const earlier = await tx.kits.list(walletId, { purpose: 'lockdown', states: ['used'] });
    const details = {
      multisig,
      kits: used,
      signatures: earlier.flatMap(({ id, signature }) => (used.includes(id) && signature ? [signature] : [])),
    };
    await tx.audit.append(
      [{ chain: walletId, action: 'wallet.locked_down', actor: SERVICE, subject: walletId, details }],
      await tx.nowMs(),
    );
    return ok(true);
  });
  if (!finished.ok) throw new Error(`the end of a lockdown could not be written: ${JSON.stringify(finished.error)}`);
  if (!finished.value) return;
  const message = 'the wallet is locked down: the chain, read back at finalized, has none of the spending limits of the agent any more';
  deps.alerts.raise({ kind: 'wallet.locked_down', walletId, severity: 'critical', message });
}
