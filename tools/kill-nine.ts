/**
 * Shoots each process of the running service (SIGKILL, and all at once) while a hundred payments are made, then compares requests, budget and
 * chain: nothing may be lost, nothing doubled. `node tools/kill-nine.ts [--seed N] [--payments 100]`; the seed repeats victims and moments.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { anyPort, type RunningService, startService } from './harness/running-service.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { formatTable } from './harness/table.ts';
import { compareBooks } from './kill-nine/compare-books.ts';
import { type Answer, payUntilAnswered } from './kill-nine/pay-until-answered.ts';
import { type Shot, shoot, VICTIMS } from './kill-nine/shoot.ts';
import { complain, say } from './start/terminal.ts';

const CLIENTS = 4;
const SLOT_MS = 100;
/** About how long the payments between two shots take. */
const BATCH_MS = 150;
/** How long after all answers the last payment may take to reach its end. */
const SETTLE_MS = 120_000;

const { values } = parseArgs({ options: { seed: { type: 'string' }, payments: { type: 'string', default: '100' } } });
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const count = Number(values.payments);
const random = seededRandom(seed);
say(`seed ${seed}, ${count} payments, ${CLIENTS} clients`);

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-kill-'));
const port = await anyPort();
const start = (): Promise<RunningService> => startService({ dataDir, port, slotMs: SLOT_MS, env: {} });
let service = await start();
let failed = true;
try {
  failed = !(await attack());
} catch (error) {
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await service.stop();
  if (failed) say(`kept for looking: ${dataDir}`);
  else rmSync(dataDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function attack(): Promise<boolean> {
  const { agent, wallet } = service;
  const answers = new Map<number, Answer>();
  let next = 0;
  let allowed = 0;
  const customer = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      while (index >= allowed) await sleep(5);
      answers.set(index, await payUntilAnswered(agent, wallet, seed, index));
    }
  };
  const customers = Promise.all(Array.from({ length: CLIENTS }, customer));
  const shots: Shot[] = [];
  const victims = [...VICTIMS].sort(() => random() - 0.5);
  for (const [round, victim] of victims.entries()) {
    // The shot falls while a batch of payments is being made.
    allowed = Math.ceil(((round + 1) * count) / victims.length);
    await sleep(random() * BATCH_MS);
    const before = answers.size;
    const shot = await shoot(service, victim, start);
    service = shot.service;
    shots.push({ ...shot, answered: answers.size - before });
  }
  await customers;
  await settled(service);
  const books = await compareBooks(service, seed, answers);
  say(
    formatTable(
      ['killed', 'process', 'ready again after', 'answered meanwhile'],
      shots.map(({ victim, pid, backAfterMs, answered }) => [
        victim,
        String(pid),
        `${(backAfterMs / 1000).toFixed(1)} s`,
        String(answered),
      ]),
    ),
  );
  say('');
  say(formatTable(['book', 'payments', 'lamports'], books.rows));
  for (const problem of books.problems) complain(problem);
  say(books.problems.length === 0 ? 'nothing lost, nothing doubled' : `${books.problems.length} problems; seed ${seed}`);
  return books.problems.length === 0;
}

/** Until every request has reached its end. */
async function settled({ operator, wallet }: RunningService): Promise<void> {
  for (let waitedMs = 0; waitedMs < SETTLE_MS; waitedMs += 500) {
    const open: string[] = [];
    for await (const each of operator.eachTransaction(wallet)) {
      if (!each.ok) open.push('unread');
      else if (!['finalized', 'denied', 'failed', 'expired', 'rejected', 'cancelled'].includes(each.value.state)) open.push(each.value.id);
    }
    if (open.length === 0) return;
    await sleep(500);
  }
  complain(`some payments have not reached their end within ${SETTLE_MS / 1000} s`);
}
