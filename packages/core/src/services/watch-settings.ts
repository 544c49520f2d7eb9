import { ok } from '../domain/result.ts';
import type { Dependencies } from './dependencies.ts';
import { differencesOnChain, strangeProposals } from './expected-wallet.ts';
import { behind, missed, type Seen } from './watch-round.ts';
import { isChanging, readWatched, stillExpected, type WatchedWallet } from './watched-wallet.ts';

/**
 * INVARIANT I11: members, threshold, config authority, time lock, rent collector, every spending limit of the multisig, every open proposal. Where
 * they differ because the owner is changing them, or because the record changed while the chain was asked, they are looked at afterwards.
 */
export async function watchSettings(
  deps: Pick<Dependencies, 'chain' | 'database'>,
  watched: WatchedWallet,
): Promise<Seen<{ readonly transactionIndex: bigint }>> {
  const { wallet, limits, mark } = watched;
  const found = await deps.chain.readWallet(wallet.multisig);
  if (!found.ok) return missed(found.error);
  // No program closes a multisig: a node that has none has not got so far, or is of another chain.
  if (found.value === null) return { kind: 'missed', problem: `no multisig ${wallet.multisig} is there` };
  const late = behind(found.value.slot, mark);
  if (late) return late;
  const differences = [...differencesOnChain(wallet, limits, found.value), ...strangeProposals(found.value)];
  if (differences.length > 0) {
    const changing = await deps.database.read(async (reader) => {
      const now = await readWatched(reader, wallet.id);
      return ok(!stillExpected(watched, now) || (await isChanging(reader, now?.wallet ?? wallet)));
    });
    if (!changing.ok) return missed(changing.error);
    if (changing.value) return { kind: 'skipped' };
  }
  return {
    kind: 'seen',
    slot: found.value.slot,
    differences,
    state: { transactionIndex: found.value.transactionIndex },
  };
}
