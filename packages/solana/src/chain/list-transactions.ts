import { type Address, domainError } from '@countersign/core';
import { ChainProblem } from './chain-problem.ts';
import { readOldestBlock } from './oldest-block.ts';
import { countOf, listOf, objectOf, textOf } from './read-json.ts';
import { type Call, type NodeAnswer, type RpcPool, unreadable } from './rpc-pool.ts';

export interface ListedTransaction {
  readonly signature: string;
  readonly slot: bigint;
}
interface Look {
  /** From this slot on and up to the finalized `slot` the list is complete. */
  readonly fromSlot: bigint;
  readonly slot: bigint;
  /** Newest first. */
  readonly listed: readonly ListedTransaction[];
}

/** What nodes answer in one call. */
const PAGE = 1_000;
/** Pages of one look: a million transactions. */
const MOST_PAGES = 1_000;
/** A node further behind than this is no witness: a minute of slots. */
const MOST_BEHIND_SLOTS = 150n;
const PAUSES_MS: readonly number[] = [100, 300, 600];

/**
 * INVARIANT I11: finalized transactions that named an account after one of them, oldest first, at most `limit`. With several nodes configured all
 * are asked, and up to the highest slot that all of them have finalized, as far back as each keeps, they tell the same: none hides or invents one,
 * and dust that arrives meanwhile does not part them. One that is a minute behind the best has not answered: it neither hides what is newer nor
 * holds it back. Throws `ChainProblem`: `nodes_disagree`; `chain_unavailable` when fewer than two answer.
 */
export async function listTransactions(
  pool: RpcPool,
  account: Address,
  after: string | null,
  limit: number,
): Promise<readonly ListedTransaction[]> {
  if (pool.size === 1) return select(await pool.read((call) => listAll(call, account, after, null)), after, limit);
  let minContextSlot: bigint | null = null;
  for (let attempt = 0; ; attempt += 1) {
    const least: bigint | null = minContextSlot;
    const answers: readonly NodeAnswer<Look>[] = await pool.ask((call) => look(call, account, after, least));
    const told = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
    const best = told.reduce((most, { slot }) => (slot > most ? slot : most), 0n);
    const witnesses = told.filter(({ slot }) => slot + MOST_BEHIND_SLOTS >= best);
    const agreed = agree(witnesses, after);
    if (agreed) return select(agreed, after, limit);
    const pauseMs = PAUSES_MS[attempt];
    if (pauseMs === undefined) throw disagreement(account, answers, witnesses.length);
    minContextSlot = best > MOST_BEHIND_SLOTS ? best - MOST_BEHIND_SLOTS : null;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** What at least two tell alike where all of them can know it, with what only one still has; `null` where they differ. */
function agree(witnesses: readonly Look[], after: string | null): readonly ListedTransaction[] | null {
  const [one, ...others] = witnesses;
  if (one === undefined || others.length === 0) return null;
  const upTo = witnesses.reduce((least, { slot }) => (slot < least ? slot : least), one.slot);
  const from = witnesses.reduce((most, { fromSlot }) => (fromSlot > most ? fromSlot : most), one.fromSlot);
  const known = witnesses.map(({ listed, fromSlot }) => listed.filter(({ slot }) => slot >= fromSlot && slot <= upTo));
  const shared = known.map((list) => (after === null ? list.slice(0, 1) : list.filter(({ slot }) => slot >= from)));
  const [first] = shared;
  if (shared.some((list) => comparable(list) !== comparable(first ?? []))) return null;
  return known.reduce((longest, list) => (list.length > longest.length ? list : longest));
}

function comparable(list: readonly ListedTransaction[]): string {
  return list.map(({ signature, slot }) => `${slot} ${signature}`).join('\n');
}

function disagreement(account: Address, answers: readonly NodeAnswer<Look>[], witnesses: number): ChainProblem {
  if (witnesses > 1) return new ChainProblem(domainError('nodes_disagree', { problem: `nodes tell different transactions of ${account}` }));
  const failures = answers.map((answer) => `node ${answer.node}: ${answer.ok ? 'alone at its slot' : answer.problem}`);
  const problem = `fewer than two of the configured nodes tell the transactions of ${account}: ${failures.join('; ')}`;
  return new ChainProblem(domainError('chain_unavailable', { problem }));
}

function select(newestFirst: readonly ListedTransaction[], after: string | null, limit: number): readonly ListedTransaction[] {
  return after === null ? newestFirst.slice(0, Math.min(1, limit)) : newestFirst.toReversed().slice(0, limit);
}

/** One node's list. Its finalized slot is asked before, and the list for at least that slot: everything up to it is then in the list. */
async function look(call: Call, account: Address, after: string | null, minContextSlot: bigint | null): Promise<Look> {
  const least = minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) };
  const slot = countOf(await call('getSlot', [{ commitment: 'finalized', ...least }]), 'getSlot');
  const listed = await listAll(call, account, after, slot);
  return { listed, slot, fromSlot: (await readOldestBlock(call)).slot };
}

async function listAll(
  call: Call,
  account: Address,
  after: string | null,
  minContextSlot: bigint | null,
): Promise<readonly ListedTransaction[]> {
  const least = minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) };
  const until = after === null || after === 'beginning' ? {} : { until: after };
  const listed: ListedTransaction[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const last = listed.at(-1);
    const before = last === undefined ? {} : { before: last.signature };
    const config = { commitment: 'finalized', limit: PAGE, ...least, ...until, ...before };
    const found = listOf(await call('getSignaturesForAddress', [account, config]), 'getSignaturesForAddress').map(readEntry);
    listed.push(...found);
    if (found.length < PAGE || after === null) return listed;
  }
  return unreadable('an account with so many transactions');
}

function readEntry(entry: unknown): ListedTransaction {
  const { signature, slot } = objectOf(entry, 'a transaction of an account');
  return { signature: textOf(signature, 'a signature'), slot: countOf(slot, 'the slot of a transaction') };
}
