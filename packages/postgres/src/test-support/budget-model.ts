import type { BudgetLine, Meter, MeterWindow, WalletId } from '@countersign/core';

/** One meter of one attempt, as the naive model keeps it: what is `open` has no end yet; `counts` is 0 once released. */
export interface ModelEntry {
  readonly walletId: WalletId;
  readonly meter: Meter;
  readonly alone: boolean;
  counts: bigint;
  settledAtMs: number | null;
}

/** Adds up every entry: open ones however old, settled ones from exactly `seconds` ago on. `openSettlesAtMs` settles what is open then. */
export function naiveUsage(
  entries: readonly ModelEntry[],
  wallets: readonly WalletId[],
  { meter, seconds }: Pick<MeterWindow, 'meter' | 'seconds'>,
  nowMs: number,
  openSettlesAtMs: number | null = null,
): { readonly alone: bigint; readonly total: bigint } {
  const counted = entries.filter((entry) => {
    const settledAtMs = entry.settledAtMs ?? openSettlesAtMs;
    return entry.meter === meter && wallets.includes(entry.walletId) && (settledAtMs === null || settledAtMs >= nowMs - seconds * 1000);
  });
  const sum = (each: readonly ModelEntry[]): bigint => each.reduce((total, { counts }) => total + counts, 0n);
  return { alone: sum(counted.filter(({ alone }) => alone)), total: sum(counted) };
}

type Line = Omit<BudgetLine, 'comesBackAtMs' | 'of'>;

/** What a line counts at a moment, if what is open settles at `openSettlesAtMs`. */
export function naiveLineUse(
  entries: readonly ModelEntry[],
  wallets: readonly WalletId[],
  { terms, windowSeconds: seconds, limitKind }: Line,
  nowMs: number,
  openSettlesAtMs: number,
): bigint {
  return terms.reduce((total, { meter, weight }) => {
    const { alone, total: all } = naiveUsage(entries, wallets, { meter, seconds }, nowMs, openSettlesAtMs);
    return total + weight * (limitKind === 'autonomous' ? alone : all);
  }, 0n);
}

/** Tries every moment at which something leaves. */
export function naiveComesBack(entries: readonly ModelEntry[], wallets: readonly WalletId[], line: Line, nowMs: number): number | null {
  const fits = (atMs: number): boolean => naiveLineUse(entries, wallets, line, atMs, nowMs) + line.asked <= line.limit;
  if (line.asked > line.limit || fits(nowMs)) return null;
  const moments = entries
    .map(({ settledAtMs }) => (settledAtMs ?? nowMs) + line.windowSeconds * 1000 + 1)
    .filter((moment) => moment > nowMs);
  return moments.sort((one, other) => one - other).find(fits) ?? null;
}
