/** `npm run bench`: the whole service on this machine, measured from outside, next to the floor in the same run. Prints tables. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPort, type RunningService, startService } from '../tools/harness/running-service.ts';
import { formatTable } from '../tools/harness/table.ts';
import { operatorCredentialFile } from '../tools/start/services.ts';
import { complain, say } from '../tools/start/terminal.ts';
import { makeBenchWallet } from './measure/bench-wallet.ts';
import { measureFloor } from './measure/floor.ts';
import { measurePayments } from './measure/payments.ts';
import { formatMs, quantile } from './measure/quantile.ts';

const CLIENTS: readonly number[] = [1, 8, 64];
const PAYMENTS_MS = 5_000;
const FLOOR_MS = 1_500;
const SLOT_MS = 400;

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
const port = await anyPort();
const start = (): Promise<RunningService> => startService({ dataDir, port, slotMs: SLOT_MS, env: { RATE_LIMIT_PER_MINUTE: '1000000' } });

const cold = await start();
const coldMs = cold.readyAfterMs;
await cold.stop();
const service = await start();
let failures = 0;
try {
  say(`${cpus().length} CPUs (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, slots of ${SLOT_MS} ms`);
  say('');
  say(
    formatTable(
      ['start', 'ready after'],
      [
        ['cold (empty data folder, demo wallet made and finalized)', formatMs(coldMs)],
        ['warm', formatMs(service.readyAfterMs)],
      ],
    ),
  );
  say('');
  failures = await measureAll(service);
} finally {
  await service.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

async function measureAll(running: RunningService): Promise<number> {
  const wallet = await makeBenchWallet(running);
  const credential = readFileSync(operatorCredentialFile(running.folder), 'utf8').trim();
  const rows: string[][] = [];
  const problems: string[] = [];
  for (const clients of CLIENTS) {
    const paid = await measurePayments(running, wallet, { clients, forMs: PAYMENTS_MS, credential });
    problems.push(...paid.failures);
    const [signature] = paid.signatures;
    if (signature === undefined) throw new Error(`no payment was finalized: ${paid.failures[0] ?? 'no reason'}`);
    const { databaseUrl, rpcUrl } = running;
    const floor = await measureFloor({ clients, forMs: FLOOR_MS, databaseUrl, rpcUrl, signature });
    problems.push(...floor.all.failures.map((failure) => `floor: ${failure}`));
    const p50 = quantile(paid.elapsedMs, 0.5);
    const floorP50 = quantile(floor.all.elapsedMs, 0.5);
    rows.push([
      String(clients),
      String(paid.elapsedMs.length),
      (paid.elapsedMs.length / (paid.tookMs / 1000)).toFixed(0),
      String(paid.failures.length),
      formatMs(p50),
      formatMs(quantile(paid.elapsedMs, 0.99)),
      formatMs(quantile(paid.finalizedAfterMs, 0.5)),
      formatMs(quantile(paid.finalizedAfterMs, 0.99)),
      formatMs(paid.cpuMsPerAnswer),
      formatMs(paid.cpuMsPerPayment),
      formatMs(floorP50),
      formatMs(quantile(floor.all.elapsedMs, 0.99)),
      `${formatMs(floor.signMs)} + ${formatMs(floor.commitMs)} + ${formatMs(floor.executeMs)}`,
      `${(p50 / floorP50).toFixed(1)}×`,
    ]);
  }
  const columns = ['clients', 'payments', 'per s', 'failed', 'submitted p50', 'p99', 'finalized p50', 'p99', 'CPU to answer', 'CPU in all'];
  say(formatTable([...columns, 'floor p50', 'p99', 'sign + commit + execute', 'payment / floor'], rows));
  say('');
  say(
    'CPU: of the API process, for each payment; in all: with following it to finality. Floor: one Ed25519 signature, one durable commit,',
  );
  say('and the execution of the same transaction by the chain (simulateTransaction over HTTP), by as many clients in the same run.');
  for (const problem of new Set(problems)) complain(problem);
  return problems.length;
}
