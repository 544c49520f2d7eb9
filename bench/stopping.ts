/** `npm run bench:stopping`: how long stopping and a rotation take while wallets pay. Prints a table; fails over the aim of one second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPort, type RunningService, startService } from '../tools/harness/running-service.ts';
import { formatTable } from '../tools/harness/table.ts';
import { complain, say } from '../tools/start/terminal.ts';
import { startLoad } from './measure/load.ts';
import { formatMs, quantile } from './measure/quantile.ts';
import { measureFreezes, measureRotation, type RotationRun } from './measure/stopping.ts';
import { makeStoppingWallet } from './measure/stopping-wallet.ts';

const AIM_MS = 1_000;
const FREEZES = 60;
const ROTATIONS = 3;
/** Of each of two wallets, one of which is stopped. */
const CLIENTS = 4;
const SLOT_MS = 400;

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
const env = { RATE_LIMIT_PER_MINUTE: '1000000' };
const service = await startService({ dataDir, port: await anyPort(), slotMs: SLOT_MS, env });
let problems: readonly string[] = [];
try {
  problems = await measureAll(service);
} finally {
  await service.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
for (const problem of new Set(problems)) complain(problem);
process.exit(problems.length === 0 ? 0 : 1);

async function measureAll(running: RunningService): Promise<readonly string[]> {
  say(`${cpus().length} CPUs (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, slots of ${SLOT_MS} ms`);
  const [stopped, other] = [await makeStoppingWallet(running), await makeStoppingWallet(running)];
  const load = startLoad([stopped, other], CLIENTS);
  const beganAtMs = performance.now();
  const freezes = await measureFreezes(running, stopped, FREEZES);
  const perSecond = load.submitted() / ((performance.now() - beganAtMs) / 1000);
  const rotations: RotationRun[] = [];
  for (let each = 0; each < ROTATIONS; each += 1) rotations.push(await measureRotation(running, stopped));
  await load.stop();
  const { freezeMs, getMs, unfreezeMs } = freezes;
  const row = (what: string, values: readonly number[], count = values.length): string[] => [
    what,
    String(count),
    formatMs(quantile(values, 0.5)),
    formatMs(quantile(values, 0.99)),
    `${(quantile(values, 0.5) / quantile(getMs, 0.5)).toFixed(1)}×`,
  ];
  say(
    `load: ${CLIENTS} clients on each of 2 wallets, ${perSecond.toFixed(0)} payments a second signed and sent while one of them was stopped`,
  );
  say('');
  say(
    formatTable(
      ['what', 'times', 'p50', 'p99', 'of a read'],
      [
        row('a read (GET /v1/whoami)', getMs),
        row('freeze: request to signer suspended', freezeMs),
        row('unfreeze: request to paying again', unfreezeMs),
      ],
    ),
  );
  say('');
  say(
    formatTable(
      ['rotation: request to old key wiped', 'seconds', 'slots'],
      rotations.map(({ seconds, slots }, at) => [`${at + 1}`, seconds.toFixed(1), String(slots)]),
    ),
  );
  const p99 = quantile(freezeMs, 0.99);
  return [
    ...freezes.failures,
    ...load.failures,
    ...(p99 < AIM_MS ? [] : [`a freeze took ${formatMs(p99)} at p99, the aim is less than ${formatMs(AIM_MS)}`]),
  ];
}
