import { type Address, type DecodeContext, domainError, type SimulationReport } from '@countersign/core';
import {
  ASSOCIATED_TOKEN_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  MEMO_PROGRAM,
  SQUADS_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from '../build/programs.ts';
import { NO_FACTS, parseMessage, resolveMessage } from '../decode/index.ts';
import { readAgreed } from './agree.ts';
import { ChainProblem } from './chain-problem.ts';
import { readFacts } from './read-facts.ts';
import type { RpcPool } from './rpc-pool.ts';
import { type Simulated, simulate } from './simulate.ts';

/** Programs that need no look: decoding knows them by name, and the data of some is their whole code. */
const PROGRAMS: ReadonlySet<Address> = new Set([
  ...[ASSOCIATED_TOKEN_PROGRAM, COMPUTE_BUDGET_PROGRAM, MEMO_PROGRAM, SQUADS_PROGRAM],
  ...[SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM],
]);

/**
 * INVARIANT I5: the simulation as second witness. With several nodes configured each runs the bytes, and what they report of a success is
 * the same, or the answer is `nodes_disagree` (`readAgreed`). Other errors: `undecodable_message`; `simulation_failed` when any report is
 * incomplete or no look at the accounts fits the run.
 */
export async function simulateAgreed(pool: RpcPool, message: Uint8Array, context: DecodeContext): Promise<SimulationReport> {
  const what = await prepare(pool, message, context);
  return readAgreed(pool, 'simulation results', (call, minContextSlot) => simulate(call, what, context, minContextSlot), sameReport);
}

/** Resolves lookup tables and picks what to look at: the vault and the fee account where the message names them, and every other account. */
async function prepare(pool: RpcPool, message: Uint8Array, { addresses }: DecodeContext): Promise<Simulated> {
  const parsed = parseMessage(message);
  if (!parsed.ok) throw new ChainProblem(parsed.error);
  const tables = parsed.value.lookups.map(({ table }) => table);
  const facts = tables.length === 0 ? NO_FACTS : await readFacts(pool, () => tables, NO_FACTS);
  const { accounts, instructions, problems } = resolveMessage(parsed.value, facts);
  const [problem] = problems;
  if (problem !== undefined) throw new ChainProblem(domainError('undecodable_message', { problem: `the message ${problem}` }));
  const named = new Set(instructions.flatMap((instruction) => instruction.accounts.map(({ address }) => address)));
  // Only what can be written to changes, and nodes answer `null` for accounts that the message does not load.
  const own = [addresses.vault, addresses.feeAccount].filter((key) => accounts.some(({ address }) => address === key));
  const written = accounts.flatMap(({ address, writable }) => (writable && named.has(address) ? [address] : []));
  const watched = [...new Set([...own, ...written])];
  const programs = instructions.map(({ program }) => program);
  const known = [...named].filter((address) => !watched.includes(address) && !PROGRAMS.has(address) && !programs.includes(address));
  return {
    ...{ message, version: parsed.value.version, signatures: parsed.value.signers.length },
    ...{ keys: accounts.map(({ address }) => address), programs, watched, known },
  };
}

function sameReport(one: SimulationReport, other: SimulationReport): boolean {
  if (!one.succeeded || !other.succeeded) return one.succeeded === other.succeeded;
  return comparable(one) === comparable(other);
}

/** Beside the slot and the units, which may differ by a bump that had to be tried. */
function comparable({ slot: _slot, unitsConsumed: _units, ...report }: SimulationReport): string {
  return JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
