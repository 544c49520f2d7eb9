import type { CountersignClient, KitView, LockedDown } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { flag, type Handler, type Invocation, text } from '../invocation.ts';
import { answer, EXIT_CODES, type Outcome } from '../outcome.ts';
import { frozenLines } from '../output/frozen-lines.ts';
import { kitRows } from '../output/kit-lines.ts';
import { showLines } from '../output/show-lines.ts';
import { good } from '../result.ts';
import { askToGoOn } from '../support/ask-consent.ts';
import { waitUntil } from '../support/wait-until.ts';
import { wholeNumber } from '../support/whole-number.ts';

const TIMEOUT = { least: 0, most: 3_600, otherwise: 120 };

/** `lockdown`: freezes, and has the agent's limits taken off the chain with what the owner signed ahead of need. */
const lockdown: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const timeout = wholeNumber(invocation, 'timeout', TIMEOUT);
  if (!timeout.ok) return timeout;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const confirmed = flag(invocation, 'yes') ? good(undefined) : await showAndAsk(client.value, invocation, wallet.value);
  if (!confirmed.ok) return confirmed;
  const reason = text(invocation, 'reason');
  const called = await answered(client.value.lockDown(wallet.value, reason === undefined ? {} : { reason }));
  if (!called.ok) return called;
  if (called.value.armed.length === 0 || timeout.value === 0) return told(called.value, called.value.armed, null);
  showLines(invocation, [...frozenLines(called.value.frozen), '']);
  return follow(client.value, invocation, called.value, timeout.value * 1_000);
};
export default lockdown;

/** What is armed, and what calling it means. With `--yes` not a moment is spent on it. */
async function showAndAsk(client: CountersignClient, invocation: Invocation, wallet: string) {
  const kits = await answered(client.listKits(wallet));
  const armed = kits.ok ? kits.value.items.filter(({ purpose, state }) => purpose === 'lockdown' && state === 'armed') : [];
  showLines(invocation, [
    'Freezes the wallet at once, and takes every spending limit of the agent off the chain. Only the owner gives them back.',
    ...(armed.length === 0
      ? ['✗ Nothing is armed: the wallet is frozen, and its limits stay on chain.']
      : ['', 'Armed:', ...kitRows(armed)]),
    ...(kits.ok ? kits.value.warnings.map((warning) => `! ${warning}`) : [`! what is armed is not known: ${kits.error.message}`]),
    '',
  ]);
  return askToGoOn(invocation.world.terminal, false, 'Type lockdown to lock the wallet down: ', 'lockdown');
}

/** Tells each move of a kit, until the chain was read back without the limits. INVARIANT I8. */
async function follow(client: CountersignClient, invocation: Invocation, called: LockedDown, timeoutMs: number): Promise<Outcome> {
  const { world } = invocation;
  const wallet = called.frozen.wallet.id;
  const told = new Map<string, string>(called.armed.map(({ id, state }) => [id, state]));
  const tellMoves = (kits: readonly KitView[]): void => {
    for (const { id, purpose, state, signature, problem } of kits) {
      if (purpose !== 'lockdown' || !told.has(id) || told.get(id) === state) continue;
      told.set(id, state);
      world.terminal.note(
        `${id}: ${state.replaceAll('_', ' ')}${signature === null ? '' : ` ${signature}`}${problem === null ? '' : ` (${problem})`}`,
      );
    }
  };
  const watched = await waitUntil(
    world,
    timeoutMs,
    () => answered(client.changesSinceFreeze(wallet)),
    ({ kits, lockedDown }) => {
      tellMoves(kits);
      return lockedDown;
    },
  );
  if (!watched.ok) return watched;
  const { seen, done } = watched.value;
  return toldEnd(
    called,
    seen.kits.filter(({ id }) => told.has(id)),
    done,
  );
}

function told(called: LockedDown, kits: readonly KitView[], lockedDown: boolean | null): Outcome {
  const none = called.armed.length === 0;
  return answer(
    { ...called, armed: kits, lockedDown },
    [
      ...frozenLines(called.frozen),
      '',
      none
        ? '✗ nothing was armed: the limits of the agent are still on chain. Have the owner take them away: countersign keys revoke'
        : 'The limits are on their way off the chain: countersign kits',
    ],
    none ? EXIT_CODES.conflict : EXIT_CODES.ok,
  );
}

function toldEnd(called: LockedDown, kits: readonly KitView[], done: boolean): Outcome {
  return answer(
    { ...called, armed: kits, lockedDown: done },
    done
      ? [
          '✓ locked down: the chain, read back at finalized, has none of the spending limits of the agent any more',
          'To go on one day the owner signs a policy again, and unfreezes: countersign policy propose; countersign unfreeze',
        ]
      : ['! frozen, and the limits are not known to be gone yet. The service goes on trying: countersign kits', ...kitRows(kits)],
    done ? EXIT_CODES.ok : EXIT_CODES.unavailable,
  );
}
