import type { IDatabase, ITransaction } from '@countersign/core';
import type { Metrics } from './metrics.ts';

/** Counts, after the commit, the states that payments came into and the decisions that were recorded. */
export function observeDatabase(database: IDatabase, metrics: Metrics): IDatabase {
  return {
    health: () => database.health(),
    read: (work) => database.read(work),
    async transact(work, options) {
      let seen: { readonly states: string[]; readonly verdicts: string[] } = { states: [], verdicts: [] };
      const done = await database.transact((tx) => {
        seen = { states: [], verdicts: [] };
        return work(watch(tx, seen));
      }, options);
      if (done.ok) {
        for (const state of seen.states) metrics.countPaymentState(state);
        for (const verdict of seen.verdicts) metrics.countDecision(verdict);
      }
      return done;
    },
  };
}

function watch(tx: ITransaction, seen: { readonly states: string[]; readonly verdicts: string[] }): ITransaction {
  const { requests } = tx;
  return {
    ...tx,
    requests: {
      ...requests,
      async insert(request) {
        await requests.insert(request);
        seen.states.push(request.state);
        seen.verdicts.push(request.decision.verdict);
      },
      async move(id, from, to, change) {
        const moved = await requests.move(id, from, to, change);
        if (moved) seen.states.push(to);
        if (moved && change.decision !== undefined) seen.verdicts.push(change.decision.verdict);
        return moved;
      },
    },
  };
}
