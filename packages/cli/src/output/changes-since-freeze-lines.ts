import type { ChangesSinceFreezeView } from '@countersign/sdk';
import { signedRows } from './signed-rows.ts';
import { facts, table } from './table.ts';

/** What the service says that happened since a freeze: for looking at before a wallet goes on. */
export function changesSinceFreezeLines(changes: ChangesSinceFreezeView): readonly string[] {
  const { frozenAt, reason, by, entries, hasMore, differencesOnChain, seenByWatcher, ended, mayStillLand, lockedDown, keys, kits } =
    changes;
  const due = keys.filter(({ notice }) => notice !== 'none');
  return [
    'Since it was frozen, as the service tells it:',
    ...facts([
      ['frozen', `${frozenAt} by ${by}: ${reason}`],
      ['locked down', lockedDown ? 'yes: the agent’s limits left the chain' : null],
      ['kits', kits.length === 0 ? 'none' : kits.map(({ purpose, state }) => `${purpose} ${state}`).join(', ')],
    ]),
    ...(differencesOnChain === null ? ['! the chain could not be asked whether it still holds what it should'] : []),
    ...(differencesOnChain ?? []).map((difference) => `✗ on chain: ${difference}`),
    ...seenByWatcher.map((difference) => `✗ seen by the watcher, and accepted by whoever unfreezes: ${difference}`),
    ...due.map(({ role, address, notice }) => `! the ${role} key ${address} is ${notice.replaceAll('_', ' ')}`),
    ...signedRows('Signed before, and ended since:', ended),
    ...signedRows('Signed before, and may still land:', mayStillLand),
    ...(entries.length === 0
      ? ['Nothing else was recorded since.']
      : [
          '',
          hasMore ? 'The newest of what was recorded since (older: countersign audit list):' : 'Recorded since:',
          ...table(
            ['at', 'action', 'subject', 'actor'],
            entries.map(({ at, action, subject, actor }) => [at, action, subject, actor]),
          ),
        ]),
  ];
}
