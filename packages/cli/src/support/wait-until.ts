import type { World } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';

const EVERY_MS = 400;

/** Looks again and again until `done` or until `timeoutMs` have passed; gives what was seen last. A failed look ends it. */
export async function waitUntil<T>(
  world: World,
  timeoutMs: number,
  look: () => Promise<Result<T, Failure>>,
  done: (seen: T) => boolean,
): Promise<Result<{ readonly seen: T; readonly done: boolean }, Failure>> {
  const endMs = world.nowMs() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (!seen.ok) return seen;
    if (done(seen.value)) return good({ seen: seen.value, done: true });
    if (world.nowMs() + EVERY_MS > endMs) return good({ seen: seen.value, done: false });
    await world.sleep(EVERY_MS);
  }
}
