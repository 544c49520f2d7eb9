import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@countersign/sdk';
import { fromRoot } from './root.ts';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 25;
/** The API writes the first operator's credential just before it is ready. */
const CREDENTIAL_WITHIN_MS = 5_000;

/** Waits until `/health/ready` says yes and the operator's credential is there; throws with what the API still misses. */
export async function untilReady(url: string, operatorCredentialFile: string, log: string): Promise<void> {
  const client = createClient({ baseUrl: url, credential: '', timeoutMs: 5_000 });
  const startedAtMs = performance.now();
  let missing = 'no answer';
  while (performance.now() - startedAtMs < READY_WITHIN_MS) {
    const answer = await client.ready();
    if (answer.ok && answer.value.ready) return untilWritten(operatorCredentialFile);
    missing = answer.ok
      ? answer.value.checks.flatMap(({ ok, name, problem }) => (ok ? [] : [`${name}: ${problem ?? 'not well'}`])).join('; ')
      : answer.error.detail;
    await sleep(POLL_MS);
  }
  throw new Error(`the API is not ready after ${READY_WITHIN_MS / 1000} s: ${missing} (its log is ${fromRoot(log)})`);
}

async function untilWritten(path: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < CREDENTIAL_WITHIN_MS; waitedMs += POLL_MS) {
    if (existsSync(path)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${fromRoot(path)} is missing, and the database has an operator whose credential lies nowhere else: put the file back`);
}
