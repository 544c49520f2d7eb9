import type { DomainError } from '../domain/errors.ts';
import { KEY_REMINDER_MS, type KeyNotice, keyNotice, type WalletKey } from '../domain/key-states.ts';
import { ok, type Result } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import { type Dependencies, SERVICE } from './dependencies.ts';
import { record } from './key-records.ts';
import { proposeRotation } from './propose-rotation.ts';
import { problemOf } from './submit-attempt.ts';

/** Keys looked at in one run, earliest due first. */
const MOST_DUE = 1_000;
/** A key is spoken of at most this often, milliseconds. */
const REMIND_EVERY_MS = 86_400_000;

/**
 * On a schedule, beside other replicas: reminds of keys that are due soon, warns of those that are overdue or called for, once a day and key, and
 * opens the rotation of an agent key that is overdue or called for. An owner key is only warned of: who shall own a wallet is the owner's to say.
 * Throws when the database cannot be asked.
 */
export async function lookAfterKeys(deps: Dependencies): Promise<void> {
  const read = await deps.database.transact(async (tx) => {
    const nowMs = await tx.nowMs();
    return ok({ nowMs, due: await tx.keys.due(nowMs + KEY_REMINDER_MS, MOST_DUE) });
  });
  if (!read.ok) throw new Error(`due keys could not be read: ${JSON.stringify(read.error)}`);
  const { nowMs, due } = read.value;
  for (const key of due) {
    const notice = keyNotice(key, nowMs);
    if (notice === 'none') continue;
    const problem = key.role === 'agent' && notice !== 'due_soon' ? await openRotation(deps, key) : null;
    await remind(deps, key, notice, problem);
  }
}

/** What is in the way; `null` when a rotation waits for the owner, or is under way. */
async function openRotation(deps: Dependencies, { walletId, rotationReason }: WalletKey): Promise<string | null> {
  const proposed = await proposeRotation(deps, { walletId, reason: rotationReason ?? 'due', actor: SERVICE });
  return proposed.ok ? null : problemOf(proposed.error);
}

async function remind(deps: Dependencies, key: WalletKey, notice: KeyNotice, problem: string | null): Promise<void> {
  const reminded = await deps.database.transact((tx) => recordReminder(tx, key, notice));
  if (!reminded.ok) throw new Error(`a reminder could not be written: ${JSON.stringify(reminded.error)}`);
  if (!reminded.value) return;
  const more = problem === null ? '' : `; its rotation could not be opened: ${problem}`;
  deps.alerts.raise({ kind: `key.${notice}`, walletId: key.walletId, severity: 'warning', message: `${describe(key, notice)}${more}` });
}

/** INVARIANT I10. `false` where somebody was told today: of several replicas one tells. */
async function recordReminder(tx: ITransaction, key: WalletKey, notice: KeyNotice): Promise<Result<boolean, DomainError>> {
  const atMs = await tx.nowMs();
  if (!(await tx.keys.remind(key.id, atMs, atMs - REMIND_EVERY_MS))) return ok(false);
  await record(tx, key, 'key.reminded', SERVICE, atMs, { notice });
  return ok(true);
}

function describe({ role, address, dueAtMs, rotationReason }: WalletKey, notice: KeyNotice): string {
  const due = dueAtMs === null ? '' : new Date(dueAtMs).toISOString().slice(0, 10);
  if (notice === 'called_for') return `the ${role} key ${address} should be replaced: ${rotationReason ?? ''}`;
  return notice === 'due_soon' ? `the ${role} key ${address} is due on ${due}` : `the ${role} key ${address} was due on ${due}`;
}
