import { budgetAsset, parseAssetId } from '../domain/asset.ts';
import type { WalletId } from '../domain/ids.ts';
import { keepsWholeLifetime } from '../domain/message-lifetime.ts';
import { assetMeter, type Meter, ownMovesMeter } from '../domain/meter.ts';
import { ok } from '../domain/result.ts';
import type { VaultOnChain } from '../ports/blockchain-adapter.ts';
import type { IReader } from '../ports/database.ts';
import type { Attempt, WatchedState } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import type { Read } from './watch-round.ts';
import type { WatchedWallet } from './watched-wallet.ts';

/** What a payment's record is behind the chain, or the chain's list of transactions behind its balances. */
const MARGIN_MS = 120_000;
const PAGE = 500;
const MOST_PAGES = 20;

/**
 * INVARIANT I11: a balance that fell by more than our attempts may have moved since the mark. It finds what a list of transactions that was pruned,
 * or held back, does not tell. What came in meanwhile hides as much of a fall; that is what the list is for.
 */
export async function watchBalances(
  deps: Pick<Dependencies, 'chain' | 'database'>,
  { wallet, mark }: WatchedWallet,
  vault: VaultOnChain,
  listed: readonly Attempt[],
): Promise<Read<readonly string[]>> {
  const falls = fallsSince(mark?.seen.balances ?? [], vault);
  if (falls.length === 0 || mark === null) return ok([]);
  const unexplained = (ours: readonly Attempt[]): readonly Fall[] =>
    falls.filter(({ asset, before, now }) => before - now > held(ours, asset));
  if (unexplained(listed).length === 0) return ok([]);
  // The list may be behind the balances: what the database knows of, and the chain has since they were read, counts too.
  const recent = await deps.database.read(async (reader) => ok(await recentAttempts(reader, wallet.id, mark.atMs - MARGIN_MS)));
  if (!recent.ok) return recent;
  const others = recent.value.filter(({ id, signature }) => signature !== null && !listed.some((each) => each.id === id));
  const landed = await deps.chain.getTransactionStatus(others.map(({ signature }) => signature ?? ''));
  if (!landed.ok) return landed;
  const { searchedFromBlockHeight: kept, finalizedBlockHeight } = landed.value;
  const since = others.filter(({ state, lastValidBlockHeight }, index) => {
    const status = landed.value.statuses[index];
    if (status !== undefined && status.kind !== 'not_found') return status.slot > BigInt(mark.seen.balancesSlot);
    // A node that is behind the balances, or keeps little, does not know what landed: only what can land no more explains nothing.
    const isDead = finalizedBlockHeight > lastValidBlockHeight && keepsWholeLifetime(kept, lastValidBlockHeight);
    return state === 'finalized' || !isDead;
  });
  const all = [...listed, ...since];
  return ok(
    unexplained(all).map(
      ({ asset, before, now }) => `the vault's balance of ${asset} fell from ${before} to ${now}, and our transactions do not explain it`,
    ),
  );
}

interface Fall {
  readonly asset: string;
  readonly before: bigint;
  readonly now: bigint;
}

function fallsSince(balances: WatchedState['balances'], { lamports, tokens }: VaultOnChain): readonly Fall[] {
  const totals = new Map<string, { before: bigint; now: bigint }>();
  for (const { asset, amount } of balances) {
    const known = budgetAssetOf(asset);
    const total = totals.get(known) ?? { before: 0n, now: 0n };
    totals.set(known, { ...total, before: total.before + BigInt(amount) });
  }
  const add = (asset: string, amount: bigint): void => {
    const total = totals.get(asset);
    if (total) totals.set(asset, { ...total, now: total.now + amount });
  };
  add(budgetAssetOf('SOL'), lamports);
  for (const { asset, amount } of tokens) add(budgetAsset(asset), amount);
  return [...totals].flatMap(([asset, { before, now }]) => (now < before ? [{ asset, before, now }] : []));
}

function budgetAssetOf(text: string): string {
  const asset = parseAssetId(text);
  return asset.ok ? budgetAsset(asset.value) : text;
}

/** The most that these attempts may have taken of an asset. */
function held(attempts: readonly Attempt[], asset: string): bigint {
  const parsed = parseAssetId(asset);
  if (!parsed.ok) return 0n;
  const meters: readonly Meter[] = [assetMeter(parsed.value), ownMovesMeter(parsed.value)];
  let most = 0n;
  for (const { holding, state } of attempts)
    if (state !== 'failed' && state !== 'expired')
      for (const { meter, amount } of holding?.amounts ?? []) if (meters.includes(meter)) most += amount;
  return most;
}

/** Attempts that may have landed since: those in flight, and those whose end was written down. */
async function recentAttempts(reader: IReader, walletId: WalletId, sinceMs: number): Promise<readonly Attempt[]> {
  const live = await reader.attempts.ofWallet(walletId, ['signed', 'submitted', 'confirmed', 'unknown']);
  const ids = new Set<Attempt['id']>();
  let beforeSequence: bigint | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const entries = await readEntries(reader, walletId, beforeSequence);
    for (const { action, subject } of entries) if (action === 'attempt.finalized') ids.add(subject as Attempt['id']);
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE || last.atMs < sinceMs) break;
    beforeSequence = last.sequence;
  }
  return [...live, ...(await reader.attempts.getMany([...ids]))];
}

function readEntries(reader: IReader, walletId: WalletId, beforeSequence: bigint | null): ReturnType<IReader['audit']['list']> {
  return reader.audit.list(walletId, { limit: PAGE, beforeSequence });
}
