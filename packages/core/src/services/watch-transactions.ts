import type { Address } from '../domain/address.ts';
import type { WalletId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { LandedTransaction, VaultOnChain } from '../ports/blockchain-adapter.ts';
import type { Attempt, WatchMark } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { missed, type Read, type Seen } from './watch-round.ts';
import { followedAccounts } from './watch-vault.ts';
import type { WatchedWallet } from './watched-wallet.ts';

/** Transactions of one account in one round; the next round goes on after them. */
const MOST_LISTED = 1_000;
/** Transactions that are none of ours and are looked into in one round: what strangers send is looked into bit by bit. */
const MOST_EXAMINED = 100;

/** How far the transactions of a vault were looked at. */
export interface SeenTransactions {
  readonly newest: WatchMark['newest'];
  /** Whether there are more to look at. */
  readonly hasMore: boolean;
  /** Those of ours among what was listed. */
  readonly ours: readonly Attempt[];
}

type Listed = readonly { readonly account: Address; readonly entries: readonly { readonly signature: string; readonly slot: bigint }[] }[];

/**
 * INVARIANT I11: every finalized transaction that named the vault, or one of its followed accounts, since the mark. One that moved money out and
 * whose signature is not an attempt's of ours is drift: the signature of everything that we send is persisted before it is sent
 * (INVARIANT I2). A wallet that was never looked at begins with now.
 */
export async function watchTransactions(
  deps: Pick<Dependencies, 'chain' | 'database'>,
  watched: WatchedWallet,
  vault: VaultOnChain,
): Promise<Seen<SeenTransactions>> {
  const listed = await listAll(deps, watched, followedAccounts(watched, vault));
  if (!listed.ok) return missed(listed.error);
  const signatures = [...new Set(listed.value.flatMap(({ entries }) => entries.map(({ signature }) => signature)))];
  const known = await knownAmong(deps, watched.wallet.id, signatures);
  if (!known.ok) return missed(known.error);
  const strange = signatures.filter((signature) => !known.value.signatures.has(signature));
  const differences: string[] = [];
  for (const signature of isFirst(watched.mark) ? [] : strange.slice(0, MOST_EXAMINED)) {
    const landed = await deps.chain.getTransaction(signature, watched.wallet);
    if (!landed.ok) return missed(landed.error);
    if (landed.value === null) return { kind: 'missed', problem: `transaction ${signature} is finalized and cannot be read` };
    const taken = takenBy(landed.value);
    if (taken !== null) differences.push(`transaction ${signature} took ${taken} out of the vault and is none of ours`);
  }
  const unexamined = new Set(isFirst(watched.mark) ? [] : strange.slice(MOST_EXAMINED));
  return {
    kind: 'seen',
    slot: null,
    differences,
    state: {
      newest: newestOf(watched.mark, listed.value, unexamined),
      hasMore: unexamined.size > 0 || listed.value.some(({ entries }) => entries.length >= MOST_LISTED),
      ours: known.value.attempts,
    },
  };
}

/** A first look compares with nothing from before. */
function isFirst(mark: WatchMark | null): boolean {
  return mark === null || mark.newest.length === 0;
}

async function listAll(
  { chain }: Pick<Dependencies, 'chain'>,
  { mark }: WatchedWallet,
  accounts: readonly Address[],
): Promise<Read<Listed>> {
  const listed: Listed[number][] = [];
  for (const account of accounts) {
    const before = mark?.newest.find((each) => each.account === account);
    // An account that came into being since the mark is looked at from its beginning.
    const after = isFirst(mark) ? null : (before?.signature ?? 'beginning');
    const entries = await chain.listTransactions(account, after, MOST_LISTED);
    if (!entries.ok) return entries;
    listed.push({ account, entries: entries.value });
  }
  return ok(listed);
}

interface Known {
  readonly attempts: readonly Attempt[];
  readonly signatures: ReadonlySet<string>;
}

async function knownAmong(
  { database }: Pick<Dependencies, 'database'>,
  walletId: WalletId,
  signatures: readonly string[],
): Promise<Read<Known>> {
  if (signatures.length === 0) return ok({ attempts: [], signatures: new Set<string>() });
  return database.read(async (reader) => {
    const attempts = await reader.attempts.ofSignatures(walletId, signatures);
    const kits = await reader.kits.list(walletId, { purpose: null, states: ['sent', 'used', 'stale'] });
    return ok({ attempts, signatures: new Set([...attempts, ...kits].flatMap(({ signature }) => signature ?? [])) });
  });
}

function takenBy({ error, vaultOutflows }: LandedTransaction): string | null {
  const taken = vaultOutflows.filter(({ amount }) => amount > 0n);
  if (error !== null || taken.length === 0) return null;
  return taken.map(({ asset, amount }) => `${amount} of ${asset}`).join(', ');
}

/** Up to the first one that still has to be looked into. */
function newestOf(mark: WatchMark | null, listed: Listed, unexamined: ReadonlySet<string>): WatchMark['newest'] {
  const followed = new Set(listed.map(({ account }) => account));
  const others = mark?.newest.filter(({ account }) => !followed.has(account)) ?? [];
  const now = listed.map(({ account, entries }) => {
    const stop = entries.findIndex(({ signature }) => unexamined.has(signature));
    const done = stop < 0 ? entries : entries.slice(0, stop);
    const before = mark?.newest.find((each) => each.account === account)?.signature ?? null;
    return { account, signature: done.at(-1)?.signature ?? before };
  });
  return [...now, ...others];
}
