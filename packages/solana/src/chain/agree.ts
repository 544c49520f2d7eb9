import { domainError } from '@countersign/core';
import { ChainProblem } from './chain-problem.ts';
import type { Call, NodeAnswer, RpcPool } from './rpc-pool.ts';

/** Pauses before each further try; nodes of one cluster are within a few slots of 400 ms. */
const PAUSES_MS: readonly number[] = [100, 300, 600];

/**
 * INVARIANT I5: what a decision rests on is the same on every node that answers. With one node configured its answer stands. With several
 * all are asked at once and at least two must answer. Where their answers differ and are of different slots, they are asked again, for a
 * slot that none of them is behind. Throws `ChainProblem`: `nodes_disagree` when they differ at one slot or still differ after the last
 * try; `chain_unavailable` when fewer than two answer, since one node alone could then choose what is believed.
 */
export async function readAgreed<T extends { readonly slot: bigint | null }>(
  pool: RpcPool,
  what: string,
  work: (call: Call, minContextSlot: bigint | null) => Promise<T>,
  same: (one: T, other: T) => boolean,
): Promise<T> {
  const [first] = await readWitnesses(pool, what, work, same);
  return first;
}

/** The same, with what each of the nodes told: for what need not be the same to the last unit. */
export async function readWitnesses<T extends { readonly slot: bigint | null }>(
  pool: RpcPool,
  what: string,
  work: (call: Call, minContextSlot: bigint | null) => Promise<T>,
  same: (one: T, other: T) => boolean,
): Promise<readonly [T, ...T[]]> {
  if (pool.size === 1) return [await pool.read((call) => work(call, null))];
  let minContextSlot: bigint | null = null;
  for (let attempt = 0; ; attempt += 1) {
    const least: bigint | null = minContextSlot;
    const answers: readonly NodeAnswer<T>[] = await pool.ask((call) => work(call, least));
    const told = answers.flatMap((answer) => (answer.ok ? [answer] : []));
    const [first, ...others] = told;
    const other = told.find(({ value }) => first && !same(first.value, value));
    if (first && told.length > 1 && !other) return [first.value, ...others.map(({ value }) => value)];
    const pauseMs = PAUSES_MS[attempt];
    const maySettle = other ? first?.value.slot !== other.value.slot : answers.some((answer) => !answer.ok && answer.behind);
    if (pauseMs === undefined || !maySettle) throw disagreement(what, answers, first?.node, other?.node);
    for (const { value } of told) if (value.slot !== null && (minContextSlot ?? 0n) < value.slot) minContextSlot = value.slot;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function disagreement(what: string, answers: readonly NodeAnswer<unknown>[], one?: number, other?: number): ChainProblem {
  if (one !== undefined && other !== undefined)
    return new ChainProblem(domainError('nodes_disagree', { problem: `node ${one} and node ${other} tell different ${what}` }));
  const failures = answers.flatMap((answer) => (answer.ok ? [] : [`node ${answer.node}: ${answer.problem}`]));
  const problem = `fewer than two of the configured nodes tell ${what}: ${failures.join('; ')}`;
  return new ChainProblem(domainError('chain_unavailable', { problem }));
}
