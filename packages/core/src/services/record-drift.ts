import { ok } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import type { WatchMark } from '../ports/records.ts';
import { callForRotation } from './call-for-rotation.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { freezeUnderLock, tellOfFreeze } from './freeze-wallet.ts';
import { differencesIn, type Look } from './watch-look.ts';
import { isChanging, readWatched, stillExpected, type WatchedWallet } from './watched-wallet.ts';

const MOST_WORDS = 1_000;

export interface FoundDrift {
  /** What nobody was told of yet. */
  readonly fresh: readonly string[];
  /** The mark with what people are told of now. */
  markOf(told: readonly string[]): Omit<WatchMark, 'atMs'>;
}

interface Recorded {
  readonly differences: readonly string[];
  readonly froze: boolean;
}

/**
 * The chain differs, seen twice, in what nobody was told of yet: an active wallet is frozen, and people are told what was expected and what is
 * there. INVARIANT I11, I7. What was expected is looked at again under the wallet's lock: nothing was installed while the chain was asked. Gives
 * what people were told.
 */
export async function recordDrift(deps: Dependencies, watched: WatchedWallet, look: Look, found: FoundDrift): Promise<readonly string[]> {
  const { id } = watched.wallet;
  const recorded = await deps.database.transact(async (tx) => ok(await record(tx, watched, look, found)));
  if (!recorded.ok) throw new Error(`drift could not be written: ${JSON.stringify(recorded.error)}`);
  const { differences, froze } = recorded.value;
  if (differences.length === 0) return [];
  const message = reasonOf(differences);
  if (froze) await tellOfFreeze(deps, id, message);
  deps.alerts.raise({ kind: 'chain.drifted', walletId: id, severity: 'critical', message });
  return differences;
}

async function record(tx: ITransaction, watched: WatchedWallet, look: Look, { fresh, markOf }: FoundDrift): Promise<Recorded> {
  const { id: walletId } = watched.wallet;
  const wallet = await tx.wallets.lock(walletId);
  const now = await readWatched(tx, walletId);
  if (wallet === null || now === null) return { differences: [], froze: false };
  const settled = stillExpected(watched, now) && !(await isChanging(tx, wallet));
  const standing = differencesIn(settled ? look : { ...look, settings: { kind: 'skipped' } });
  // Another replica may have told of it.
  const told = now.mark?.seen.told ?? [];
  const differences = fresh.filter((each) => standing.includes(each) && !told.includes(each));
  if (differences.length === 0) return { differences, froze: false };
  const atMs = await tx.nowMs();
  const froze = wallet.state === 'active';
  if (froze) {
    await freezeUnderLock(tx, wallet, { reason: reasonOf(differences), actor: SERVICE, atMs });
    await callForRotation(tx, walletId, 'anomaly');
  }
  await giveUpMoved(tx, watched, look);
  await tx.watchMarks.put({ ...markOf(differences), atMs });
  await tx.audit.append(
    [{ chain: walletId, action: 'chain.drifted', actor: SERVICE, subject: walletId, details: { differences, froze } }],
    atMs,
  );
  return { differences, froze };
}

/** A kit whose nonce moved can never land. */
async function giveUpMoved(tx: ITransaction, { kits }: WatchedWallet, { nonces }: Look): Promise<void> {
  if (nonces.kind !== 'seen') return;
  for (const { id, state } of kits) {
    const problem = nonces.state.get(id);
    if (problem !== undefined) await tx.kits.move(id, state, 'stale', { problem });
  }
}

function reasonOf(differences: readonly string[]): string {
  return `the chain differs from what was asked: ${differences.join('; ')}`.slice(0, MOST_WORDS);
}
