import { type Address, type DecodeContext, domainError, type Effect, type SimulationReport } from '@countersign/core';
import { type AccountFacts, decodeInner } from '../decode/index.ts';
import { type AccountState, type AccountsRead, fetchAccounts, readAccount, sameAccount } from './accounts.ts';
import { compareBalances } from './balance-changes.ts';
import { ChainProblem } from './chain-problem.ts';
import { describeChainError } from './describe-chain-error.ts';
import { type InnerInstruction, readInnerInstructions } from './inner-instruction.ts';
import { invokedPrograms } from './invoked-programs.ts';
import { contextOf, countOf, listOf, objectOf, textOf } from './read-json.ts';
import { type Call, isNodeFailure, unreadable } from './rpc-pool.ts';

/** A message with its lookup tables resolved, and what to look at. */
export interface Simulated {
  readonly message: Uint8Array;
  readonly version: 'legacy' | 0 | 1;
  readonly signatures: number;
  /** All keys in the order in which instructions count them, those of lookup tables last. */
  readonly keys: readonly Address[];
  /** The program of each instruction. */
  readonly programs: readonly Address[];
  /** Accounts that the run may change, compared before and after. */
  readonly watched: readonly Address[];
  /** Accounts that it may not change and that decoding what it does needs. */
  readonly known: readonly Address[];
}

interface Run {
  readonly slot: bigint;
  readonly problem: string | null;
  readonly unitsConsumed: bigint;
  readonly after: readonly (AccountState | null)[];
  readonly inner: readonly InnerInstruction[];
  readonly programs: readonly Address[];
}

/** A busy vault changes with every slot; each try takes a few milliseconds. */
const TRIES = 16;

/**
 * Runs the exact bytes, unsigned, at confirmed commitment on one node, and compares every account that the message can write before and
 * after. The look before and the run are asked for at once; the look counts where it is of the run's own slot, or where it and a look
 * after the run show the same: else state may have moved in between (a deposit could hide an outflow), and both are done again.
 * Throws `ChainProblem` `simulation_failed` where the accounts do not hold still, and where the report of a run that succeeded leaves
 * anything out (INVARIANT I5).
 */
export async function simulate(
  call: Call,
  what: Simulated,
  context: DecodeContext,
  minContextSlot: bigint | null,
): Promise<SimulationReport> {
  const looked = [...what.watched, ...what.known];
  const looks: AccountsRead[] = [];
  const look = async (): Promise<void> => {
    looks.push(await fetchAccounts(call, looked, 'confirmed', minContextSlot));
  };
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const [run] = await Promise.all([runOnce(call, what, minContextSlot), look()]);
    if (run.problem !== null) return failed(run, run.problem);
    if (!stateAt(run.slot, looks) && looks.some(({ newestSlot }) => newestSlot < run.slot)) await look();
    const before = stateAt(run.slot, looks);
    if (before) return report(run, what, before.accounts, context);
  }
  throw new ChainProblem(domainError('simulation_failed', { problem: 'the accounts kept changing while the transaction was simulated' }));
}

/** What the accounts held at the end of a slot, as far as the looks prove it. */
function stateAt(slot: bigint, looks: readonly AccountsRead[]): AccountsRead | null {
  const exact = looks.find((each) => each.slot === slot && each.newestSlot === slot);
  if (exact) return exact;
  const later = looks.filter((each) => each.slot >= slot);
  const same = (one: AccountsRead, other: AccountsRead): boolean =>
    one.accounts.every((account, index) => sameAccount(account, other.accounts[index] ?? null));
  return looks.find((each) => each.newestSlot <= slot && later.some((other) => same(each, other))) ?? null;
}

async function runOnce(call: Call, what: Simulated, minContextSlot: bigint | null): Promise<Run> {
  const { message, version, signatures, watched } = what;
  const empty = new Uint8Array(64 * signatures);
  // Up to version 0 the signatures stand first, after their count; in version 1 they follow the message.
  const wire = version === 1 ? Buffer.concat([message, empty]) : Buffer.concat([Uint8Array.of(signatures), empty, message]);
  const answer = await call('simulateTransaction', [
    wire.toString('base64'),
    {
      encoding: 'base64',
      commitment: 'confirmed',
      sigVerify: false,
      replaceRecentBlockhash: false,
      innerInstructions: true,
      accounts: { encoding: 'base64', addresses: watched },
      ...(minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) }),
    },
  ]);
  try {
    return readRun(answer, what);
  } catch (error) {
    if (!isNodeFailure(error)) throw error;
    throw new ChainProblem(domainError('simulation_failed', { problem: `in the report of the simulation ${error.message}` }));
  }
}

/** INVARIANT I5: a report of success is complete or it is none. */
function readRun(answer: unknown, { keys, programs, watched }: Simulated): Run {
  const { slot, value } = contextOf(answer, 'simulateTransaction');
  const { err, logs, accounts, unitsConsumed, innerInstructions } = objectOf(value, 'simulateTransaction');
  if (err === undefined) unreadable('whether the transaction succeeded');
  const units = unitsConsumed === undefined || unitsConsumed === null ? 0n : countOf(unitsConsumed, 'the units consumed');
  const lines =
    err !== null && (logs === null || logs === undefined) ? [] : listOf(logs, 'the logs').map((line) => textOf(line, 'a log line'));
  const problem = describeChainError(err, lines);
  if (problem !== null) return { slot, problem, unitsConsumed: units, after: [], inner: [], programs: [...new Set(programs)].sort() };
  const after = listOf(accounts, 'the simulated accounts').map(readAccount);
  if (after.length !== watched.length) unreadable('the simulated accounts');
  const inner = readInnerInstructions(innerInstructions, keys, programs.length);
  return { slot, problem, unitsConsumed: units, after, inner, programs: invokedPrograms(programs, inner, lines) };
}

function failed({ unitsConsumed, slot, programs }: Run, problem: string): SimulationReport {
  const nothing = {
    vaultOutflows: [],
    vaultInflows: [],
    leavesTooLittle: false,
    feeAccountOutflowLamports: 0n,
    authorityChanges: [],
    innerEffects: [],
  };
  return { succeeded: false, problem, unitsConsumed, slot, programs, ...nothing };
}

function report(run: Run, what: Simulated, before: readonly (AccountState | null)[], context: DecodeContext): SimulationReport {
  const { after, slot, unitsConsumed, programs } = run;
  const changes = what.watched.map((account, index) => ({ account, was: before[index] ?? null, is: after[index] ?? null }));
  const facts: AccountFacts = {
    slot,
    accounts: new Map([
      // What the transaction creates is known by what it leaves behind.
      ...changes.map(({ account, was, is }) => [account, was ?? is] as const),
      ...what.known.map((account, index) => [account, before[what.watched.length + index] ?? null] as const),
    ]),
  };
  const innerEffects = run.inner.flatMap((each) => effectsOf(each, context, facts));
  return { succeeded: true, problem: null, unitsConsumed, slot, programs, innerEffects, ...compareBalances(changes, context.addresses) };
}

function effectsOf(
  { instruction, program, accounts, data }: InnerInstruction,
  context: DecodeContext,
  facts: AccountFacts,
): readonly Effect[] {
  if (data === null)
    return [{ kind: 'unknown', instruction, program, reason: 'the node tells an inner instruction in words that are not understood' }];
  return decodeInner(program, accounts, data, context, facts).map((effect) => ({ ...effect, instruction }) as Effect);
}
