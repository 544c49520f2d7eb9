import { ok } from '../domain/result.ts';
import type { Dependencies } from './dependencies.ts';

/** Sessions stay on the list of credentials this long after they ended, and challenges until nobody asks why theirs is gone. */
export const ENDED_KEPT_MS = 86_400_000;
const MOST = 1_000;

/** Forgets sessions that ended and challenges that nobody answered, a bounded number at a time. What happened is in the audit log. */
export async function forgetSignIns(deps: Pick<Dependencies, 'database'>): Promise<void> {
  const forgotten = await deps.database.transact(async (tx) => {
    const beforeMs = (await tx.nowMs()) - ENDED_KEPT_MS;
    return ok((await tx.signIns.forgetExpired(beforeMs, MOST)) + (await tx.credentials.forgetExpired(beforeMs, MOST)));
  });
  if (!forgotten.ok) throw new Error(`what ended could not be forgotten: ${JSON.stringify(forgotten.error)}`);
}
