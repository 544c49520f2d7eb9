import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { makeStackWallet, must, type Stack, type StackWallet, startStack } from '../end-to-end/stack.ts';

const PRELOAD = fileURLToPath(new URL('./preload.ts', import.meta.url));

/** A stack whose API can be told where to die. */
export interface MortalStack {
  readonly stack: Stack;
  readonly wallet: StackWallet;
  readonly callsFile: string;
  readonly jobFile: string;
  close(): Promise<void>;
}

/** One thing that the service does, and how to see it through when the process died in the middle of it. */
export interface Scenario {
  readonly name: string;
  /** The job handler that is to die, or `null` for the request itself. */
  readonly job: string | null;
  /** Brings about the situation before; gives what `act` needs. */
  prepare(mortal: MortalStack, index: number): Promise<Prepared>;
}
export interface Prepared {
  /** Does it; `death` goes into the header of the request that is to die. Errors are for `finish` to mend. */
  act(death: string): Promise<unknown>;
  /** After a restart: does the same again and waits for the end; gives what must have left the vault, lamports. */
  finish(): Promise<bigint>;
}

export async function startMortalStack(): Promise<MortalStack> {
  const callsFile = join(tmpdir(), `mortal-calls-${process.pid}-${Date.now()}`);
  const jobFile = `${callsFile}-job`;
  const stack = await startStack(
    { MORTAL_CALLS_FILE: callsFile, MORTAL_JOB_FILE: jobFile, FIRST_LOOK_MS: '300', RESEND_MS: '200', FINALITY_MS: '200' },
    { imports: [PRELOAD], slotMs: 20 },
  );
  const wallet = await makeStackWallet(stack, {
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous: '10000000', delayed: { upTo: '20000000', delaySeconds: 60 }, ceiling: '1000000000' },
        windows: [{ seconds: 86_400, autonomous: '4000000000', ceiling: '4500000000' }],
      },
    ],
    signaturesPerMinute: 6_000,
  });
  return {
    stack,
    wallet,
    callsFile,
    jobFile,
    async close() {
      await stack.close();
      await rm(callsFile, { force: true });
      await rm(jobFile, { force: true });
    },
  };
}

/** The port calls of a scenario, in order, when nobody dies. */
export async function rehearse(mortal: MortalStack, scenario: Scenario): Promise<readonly string[]> {
  await rm(mortal.callsFile, { force: true });
  const prepared = await scenario.prepare(mortal, 0);
  if (scenario.job !== null) await writeFile(mortal.jobFile, `${scenario.job} record`);
  await prepared.act('record');
  await prepared.finish();
  await rm(mortal.jobFile, { force: true });
  return (await readFile(mortal.callsFile, 'utf8')).trim().split('\n');
}

/** INVARIANT I2, I3, I4, I10: dies once, comes back, and everything adds up to the lamport. */
export async function dieOnce(mortal: MortalStack, scenario: Scenario, index: number, death: string): Promise<'died' | 'lived'> {
  const { stack } = mortal;
  const before = await balance(mortal);
  const prepared = await scenario.prepare(mortal, index);
  if (scenario.job !== null) await writeFile(mortal.jobFile, `${scenario.job} ${death}`);
  const exited = stack.apiExited().then(() => true);
  const acting = prepared.act(scenario.job === null ? death : 'none').catch(() => undefined);
  // A connection that breaks is told before the process that broke it; a job comes when it comes.
  const died = await Promise.race([
    exited,
    acting.then(() => Promise.race([exited, sleep(scenario.job === null ? 300 : 3_000).then(() => false)])),
  ]);
  await rm(mortal.jobFile, { force: true });
  if (died) await stack.startApi();
  await acting;
  const left = await prepared.finish();
  const after = await balance(mortal);
  if (before - after !== left)
    throw new Error(`${scenario.name} at ${death}: ${before - after} lamports left the vault, ${left} were asked for`);
  const problems = await bookProblems(mortal, await balance(mortal));
  if (problems.length > 0) throw new Error(`${scenario.name} at ${death}: ${problems.join('; ')}`);
  const audit = must(await stack.operator.verifyAudit());
  const broken = audit.chains.find(({ ok }) => !ok);
  if (broken) throw new Error(`${scenario.name} at ${death}: audit chain ${broken.chain}: ${broken.problem ?? ''}`);
  return died ? 'died' : 'lived';
}

async function balance({ stack, wallet }: MortalStack): Promise<bigint> {
  const { value } = (await stack.rpc('getBalance', [wallet.vault, { commitment: 'finalized' }])) as { readonly value: number };
  return BigInt(value);
}

/** What the budget settled is what left the vault in all, and nothing is held when everything is at its end. */
async function bookProblems({ stack, wallet }: MortalStack, left: bigint): Promise<readonly string[]> {
  const database = new pg.Client({ connectionString: stack.databaseUrl });
  await database.connect();
  try {
    const { rows } = await database.query<{ readonly settled: string; readonly open: string }>(
      `SELECT (SELECT coalesce(sum(amount), 0) FROM budget_settlements WHERE wallet_id = $1 AND meter = 'asset/SOL')::text AS settled,
              (SELECT coalesce(sum(amount), 0) FROM budget_reservations WHERE wallet_id = $1 AND meter = 'asset/SOL' AND state = 'open')::text AS open`,
      [wallet.id],
    );
    const [row] = rows;
    const spent = 5_000_000_000n - left;
    return [
      ...(BigInt(row?.settled ?? '0') === spent ? [] : [`settled ${row?.settled}, ${spent} left the vault`]),
      ...(row?.open === '0' ? [] : [`${row?.open} are still held`]),
    ];
  } finally {
    await database.end();
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
