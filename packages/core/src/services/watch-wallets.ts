import type { WalletId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { WatchMark } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { recordDrift } from './record-drift.ts';
import { differencesIn, type Look, lookAt, problemsIn, slotOf } from './watch-look.ts';
import { nextMark } from './watch-mark.ts';
import { readWatched } from './watched-wallet.ts';

/** Wallets looked at in one round; the next round goes on after them. */
const ROUND = 50;
/** Wallets looked at side by side. */
const TOGETHER = 5;
/** Rounds in a row in which a wallet could not be compared, after which people are told, and how often they are told again. */
const MISSED_ROUNDS = 3;
const MISSED_AGAIN = 360;

/**
 * INVARIANT I11: compares what the chain holds of each wallet, at finalized, with what is expected, and freezes it where anything differs in two
 * rounds in a row, the second at a later slot; a frozen one is watched on, and people are told. Goes on from the wallet's mark after
 * downtime. A chain that cannot be asked, nodes that disagree and nodes that are behind freeze nothing; people are told when it lasts. Gives
 * where the next round goes on; `null` to begin anew. docs/spec/watching.md.
 */
export async function watchWallets(deps: Dependencies, after: WalletId | null): Promise<WalletId | null> {
  const page = await deps.database.read(async (reader) => ok(await reader.wallets.list({ limit: ROUND, cursor: after })));
  if (!page.ok) throw new Error(`wallets could not be read: ${JSON.stringify(page.error)}`);
  const watched = page.value.filter(({ state }) => state === 'active' || state === 'frozen');
  const troubles: unknown[] = [];
  for (let first = 0; first < watched.length; first += TOGETHER) {
    const looks = await Promise.allSettled(watched.slice(first, first + TOGETHER).map(({ id }) => watchWallet(deps, id)));
    troubles.push(...looks.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : [])));
  }
  // One wallet's trouble is no other's.
  if (troubles.length > 0) throw troubles[0];
  return page.value.length < ROUND ? null : (page.value.at(-1)?.id ?? null);
}

async function watchWallet(deps: Dependencies, id: WalletId): Promise<void> {
  const read = await deps.database.read(async (reader) => ok(await readWatched(reader, id)));
  if (!read.ok) throw new Error(`a wallet could not be read: ${JSON.stringify(read.error)}`);
  if (read.value === null) return;
  const watched = read.value;
  const look = await lookAt(deps, watched);
  const { mark } = watched;
  const differences = differencesIn(look);
  const slot = slotOf(look) ?? mark?.slot ?? 0n;
  const known = (mark?.seen.told ?? []).filter((each) => differences.includes(each));
  const isNew = (each: string): boolean => !known.includes(each);
  const fresh = differences.filter(isNew);
  // Not the same difference, necessarily: a thief who changes something else each time differs all the time.
  const again = fresh.length > 0 && mark !== null && mark.seen.differences.some(isNew) && slot > mark.slot;
  const markOf = (told: readonly string[]): Omit<WatchMark, 'atMs'> =>
    nextMark(watched, look, { slot, differences, told: [...known, ...told], settled: fresh.length === 0 || again });
  const now = markOf(again ? await recordDrift(deps, watched, look, { fresh, markOf }) : []);
  const put = await deps.database.transact(async (tx) => ok(await tx.watchMarks.put({ ...now, atMs: await tx.nowMs() })));
  if (!put.ok) throw new Error(`how far a wallet was watched could not be written: ${JSON.stringify(put.error)}`);
  tellOfMissed(deps, id, now.seen.missed, look);
}

/** When it lasts, and only then: a node that is away for a moment is nothing that people have to hear of. */
function tellOfMissed({ alerts }: Dependencies, walletId: WalletId, rounds: number, look: Look): void {
  const problems = problemsIn(look);
  const due = problems.length > 0 ? rounds === MISSED_ROUNDS || rounds % MISSED_AGAIN === 0 : rounds > 0 && rounds % MISSED_AGAIN === 0;
  if (!due) return;
  const why = problems.length > 0 ? problems.join('; ') : 'its settings are being changed and the change does not come to an end';
  const message = `the wallet could not be compared with the chain for ${rounds} rounds: ${why}`;
  alerts.raise({ kind: 'chain.unwatched', walletId, severity: 'warning', message });
}
