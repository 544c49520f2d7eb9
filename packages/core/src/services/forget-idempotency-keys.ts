import { ok } from '../domain/result.ts';
import type { Dependencies } from './dependencies.ts';

/** Keys are kept this long at least, and never shorter than their requests live. */
export const IDEMPOTENCY_KEPT_MS = 172_800_000;

/** Forgets old idempotency keys, a bounded number at a time. */
export async function forgetIdempotencyKeys(deps: Dependencies): Promise<void> {
  const forgotten = await deps.database.transact(async (tx) =>
    ok(await tx.idempotency.forget((await tx.nowMs()) - IDEMPOTENCY_KEPT_MS, 1_000)),
  );
  if (!forgotten.ok) throw new Error(`idempotency keys could not be forgotten: ${JSON.stringify(forgotten.error)}`);
}
