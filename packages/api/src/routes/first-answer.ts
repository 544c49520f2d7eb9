import { setTimeout as sleep } from 'node:timers/promises';
import { type CredentialId, type Dependencies, type DomainError, type KeptAnswer, ok, type Result } from '@countersign/core';

/** How long after a request came a repetition of it waits for the first answer before it gets the request as it stands. */
const LONGEST_WAIT_MS = 5_000;
const FIRST_LOOK_MS = 20;
const SLOWEST_LOOK_MS = 250;

/** A key of one credential. */
export interface AnswerKey {
  readonly credentialId: CredentialId;
  readonly key: string;
}

/**
 * The answer that was given first under this key, byte for byte. While the first request is still being worked on it is waited for; `null` when it
 * has not been given by then, or its process died before it gave one.
 */
export async function firstAnswer(
  deps: Pick<Dependencies, 'database' | 'clock'>,
  { credentialId, key }: AnswerKey,
  cameAtMs: number,
): Promise<Result<KeptAnswer | null, DomainError>> {
  const untilMs = Math.min(deps.clock.nowMs(), cameAtMs) + LONGEST_WAIT_MS;
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(SLOWEST_LOOK_MS, waitMs * 2)) {
    const found = await deps.database.read(async (reader) => ok((await reader.idempotency.find(credentialId, key))?.answer ?? null));
    if (!found.ok || found.value !== null || deps.clock.nowMs() + waitMs > untilMs) return found;
    await sleep(waitMs);
  }
}

/** Keeps the first answer. Where the database is lost just now, the answer is given all the same, and a repetition gets the request as it stands. */
export async function keepFirstAnswer(
  deps: Pick<Dependencies, 'database'>,
  { credentialId, key }: AnswerKey,
  answer: KeptAnswer,
): Promise<void> {
  await deps.database.transact(
    async (tx) => {
      await tx.idempotency.keepAnswer(credentialId, key, answer);
      return ok(undefined);
    },
    { retry: 'nothing-leaves-the-process' },
  );
}
