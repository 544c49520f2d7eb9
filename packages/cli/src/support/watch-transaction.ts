import type { CountersignClient, TransactionState, TransactionView } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import type { World } from '../invocation.ts';
import { EXIT_CODES, type ExitCode, type Failure } from '../outcome.ts';
import type { Result } from '../result.ts';
import { waitUntil } from './wait-until.ts';

export const WAIT_STATES: readonly ['submitted', 'confirmed', 'finalized'] = ['submitted', 'confirmed', 'finalized'];
export type WaitState = (typeof WAIT_STATES)[number];

const ENDED: readonly TransactionState[] = ['denied', 'failed', 'expired', 'rejected', 'cancelled', 'finalized'];

/** Follows a transaction, telling each new state, until it has come as far as `goal` or has ended. */
export async function watchTransaction(
  world: World,
  client: CountersignClient,
  which: { readonly wallet: string; readonly id: string; readonly goal: WaitState; readonly timeoutMs: number },
): Promise<Result<{ readonly seen: TransactionView; readonly done: boolean }, Failure>> {
  const enough = WAIT_STATES.slice(WAIT_STATES.indexOf(which.goal)) as readonly TransactionState[];
  let told: TransactionState | null = null;
  return waitUntil(
    world,
    which.timeoutMs,
    () => answered(client.getTransaction(which.wallet, which.id)),
    ({ state, approval, releasesAt }) => {
      if (state !== told) world.terminal.note(`${state}${hint(state, approval, releasesAt)}`);
      told = state;
      return enough.includes(state) || ENDED.includes(state);
    },
  );
}

function hint(state: TransactionState, approval: string | null, releasesAt: string | null): string {
  if (state === 'awaiting_owner') return ` (the owner: countersign approve ${approval ?? ''})`;
  return state === 'awaiting_delay' ? ` (goes ${releasesAt ?? 'later'}; to veto: countersign reject ${approval ?? ''})` : '';
}

/** What a script is told by the state in which a transaction was last seen. */
export function exitCodeOf(state: TransactionState, reachedGoal: boolean): ExitCode {
  if (state === 'denied') return EXIT_CODES.denied;
  if (state === 'failed' || state === 'expired' || state === 'rejected' || state === 'cancelled') return EXIT_CODES.conflict;
  return reachedGoal ? EXIT_CODES.ok : EXIT_CODES.unavailable;
}
