import type { WalletId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IReader } from '../ports/database.ts';
import type { PolicyRevision } from '../ports/records.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { differencesOnChain } from './expected-wallet.ts';
import { freezeUnderLock } from './freeze-wallet.ts';

/** Wallets looked at in one round; the next round goes on after them. */
const ROUND = 50;

/**
 * INVARIANT I11: compares what the chain holds of each active wallet, read at finalized, with what its policy in force asked for, and freezes it
 * where anything differs: members, threshold, config authority, time lock, every spending limit of the multisig. A wallet whose settings are
 * being changed with the owner's signature is looked at afterwards. Gives where the next round goes on; `null` to begin anew. A chain that
 * cannot be asked freezes nothing.
 */
export async function watchWallets(deps: Dependencies, after: WalletId | null): Promise<WalletId | null> {
  const page = await deps.database.read(async (reader) => ok(await reader.wallets.list({ limit: ROUND, cursor: after })));
  if (!page.ok) throw new Error(`wallets could not be read: ${JSON.stringify(page.error)}`);
  for (const { id, state } of page.value) if (state === 'active') await watchWallet(deps, id);
  return page.value.length < ROUND ? null : (page.value.at(-1)?.id ?? null);
}

async function watchWallet(deps: Dependencies, id: WalletId): Promise<void> {
  const before = await deps.database.read(async (reader) => ok(await readExpected(reader, id)));
  if (!before.ok || before.value === null) return;
  const { wallet, policy } = before.value;
  const found = await deps.chain.readWallet(wallet.multisig);
  if (!found.ok) return;
  const differences =
    found.value === null ? ['the multisig account does not exist'] : differencesOnChain(wallet, policy.limits, found.value);
  if (differences.length === 0) return;
  const reason = `the chain differs from what was asked: ${differences.join('; ')}`.slice(0, 1_000);
  const frozen = await deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(id);
    // What was expected is still what is expected: nothing was installed while the chain was asked.
    const now = await readExpected(tx, id);
    if (locked?.state !== 'active' || now === null || now.policy.revision !== policy.revision) return ok(false);
    await freezeUnderLock(tx, locked, { reason, actor: SERVICE, atMs: await tx.nowMs() });
    return ok(true);
  });
  if (frozen.ok && frozen.value) await deps.keys.suspendAgentKey(id);
}

/** What the chain should hold; `null` while that is about to change, or unknown. */
async function readExpected(reader: IReader, id: WalletId): Promise<{ readonly wallet: Wallet; readonly policy: PolicyRevision } | null> {
  const wallet = await reader.wallets.get(id);
  const policy = await reader.policies.active(id);
  if (wallet?.state !== 'active' || policy === null) return null;
  return (await isChanging(reader, id)) ? null : { wallet, policy };
}

/** A revision that the owner signed is on its way, or came to a stop when part of it had landed. */
async function isChanging(reader: IReader, walletId: WalletId): Promise<boolean> {
  const one = { limit: 1, cursor: null };
  const [executing] = await reader.approvals.list({ walletId, state: 'executing', kind: 'install_policy' }, one);
  if (executing) return true;
  const [waiting] = await reader.approvals.list({ walletId, state: 'waiting', kind: 'install_policy' }, one);
  return waiting !== undefined && (await reader.attempts.ofApproval(waiting.id)).some(({ state }) => state === 'finalized');
}
