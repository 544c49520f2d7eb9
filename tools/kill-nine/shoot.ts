import { setTimeout as sleep } from 'node:timers/promises';
import { kill, type RunningService } from '../harness/running-service.ts';
import { identify, isAlive } from '../start/process-identity.ts';

/** A name of one process, or all at once. */
export const VICTIMS: readonly string[] = [
  'api',
  'signer',
  'postgres server',
  'postgres',
  'local chain',
  'everything',
  'api',
  'signer',
  'postgres server',
  'local chain',
  'everything',
];

export interface Shot {
  readonly victim: string;
  readonly pid: number;
  /** From the shot until `/health/ready` says yes again. */
  readonly backAfterMs: number;
  /** Payments that were answered between the shot and then. */
  readonly answered: number;
}

const BACK_WITHIN_MS = 60_000;

/** Kills the victim with SIGKILL and waits until the service is ready again; starts it anew where everything was killed. */
export async function shoot(
  service: RunningService,
  victim: string,
  start: () => Promise<RunningService>,
): Promise<Omit<Shot, 'answered'> & { readonly service: RunningService }> {
  const startedAtMs = performance.now();
  if (victim === 'everything') {
    const pids = Object.values(service.pids()).map(identify);
    service.killAll();
    while (pids.some(isAlive)) await sleep(10);
    const again = await start();
    return { victim, pid: 0, backAfterMs: performance.now() - startedAtMs, service: again };
  }
  const pid = service.pids()[victim];
  if (pid === undefined) throw new Error(`there is no process "${victim}"`);
  kill(pid, 'SIGKILL');
  const dead = identify(pid);
  while (isAlive(dead)) await sleep(5);
  await untilReady(service, victim, pid);
  return { victim, pid, backAfterMs: performance.now() - startedAtMs, service };
}

/** Ready, and with a new process in the victim's place. */
async function untilReady(service: RunningService, victim: string, deadPid: number): Promise<void> {
  let missing = 'no new process';
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < BACK_WITHIN_MS) {
    await sleep(50);
    const pid = pidOf(service, victim);
    if (pid === undefined || pid === deadPid) continue;
    const ready = await service.operator.ready();
    if (ready.ok && ready.value.ready) return;
    missing = ready.ok ? JSON.stringify(ready.value.checks.filter(({ ok }) => !ok)) : ready.error.detail;
  }
  throw new Error(`the service is not ready again ${BACK_WITHIN_MS / 1000} s after ${victim} was killed: ${missing}`);
}

function pidOf(service: RunningService, victim: string): number | undefined {
  try {
    return service.pids()[victim];
  } catch {
    return undefined;
  }
}
