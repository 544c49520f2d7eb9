import { type Dependencies, type KitPurpose, ok, type Wallet, type WalletId } from '@countersign/core';
import type { Metrics } from './metrics.ts';
import type { WalletFigures } from './wallet-gauges.ts';

const PAGE = 100;
const MOST_KEYS = 10_000;
/** Later than any key is due. */
const NEVER_MS = 8_640_000_000_000_000;
const PURPOSES: readonly KitPurpose[] = ['lockdown', 'recovery'];

type Page = Omit<WalletFigures, 'frozen' | 'keys'> & { readonly wallets: readonly Wallet[] };

/** Reads the figures of all wallets for the metrics, a page of them at a time. Throws when the database cannot be asked. */
export async function measureWallets(deps: Pick<Dependencies, 'database'>, metrics: Pick<Metrics, 'setWallets'>): Promise<void> {
  const started = await deps.database.transact(async (tx) => ok({ nowMs: await tx.nowMs(), keys: await tx.keys.due(NEVER_MS, MOST_KEYS) }));
  if (!started.ok) throw new Error(`keys could not be read: ${started.error.code}`);
  const { nowMs, keys } = started.value;
  const pages: Page[] = [];
  for (let cursor: WalletId | null = null, more = true; more; ) {
    const page: Page = await measurePage(deps, cursor, nowMs);
    pages.push(page);
    more = page.wallets.length === PAGE;
    cursor = page.wallets.at(-1)?.id ?? null;
  }
  metrics.setWallets({
    frozen: pages.flatMap(({ wallets }) => wallets).filter(({ state }) => state === 'frozen').length,
    keys: keys.flatMap(({ walletId, role, dueAtMs }) =>
      dueAtMs === null ? [] : [{ wallet: walletId, role, dueInSeconds: Math.round((dueAtMs - nowMs) / 1000) }],
    ),
    armedKits: pages.flatMap(({ armedKits }) => armedKits),
    watched: pages.flatMap(({ watched }) => watched),
  });
}

async function measurePage({ database }: Pick<Dependencies, 'database'>, cursor: WalletId | null, nowMs: number): Promise<Page> {
  const read = await database.read(async (reader) => {
    const wallets = await reader.wallets.list({ limit: PAGE, cursor });
    const armedKits: WalletFigures['armedKits'][number][] = [];
    const watched: WalletFigures['watched'][number][] = [];
    for (const { id, state } of wallets) {
      if (state !== 'active' && state !== 'frozen') continue;
      const [kits, mark] = await Promise.all([
        reader.kits.list(id, { purpose: null, states: ['armed', 'handed_out'] }),
        reader.watchMarks.get(id),
      ]);
      for (const purpose of PURPOSES) armedKits.push({ wallet: id, purpose, count: kits.filter((kit) => kit.purpose === purpose).length });
      if (mark !== null) watched.push({ wallet: id, slot: mark.slot, ageSeconds: Math.round((nowMs - mark.atMs) / 1000) });
    }
    return ok({ wallets, armedKits, watched });
  });
  if (!read.ok) throw new Error(`wallets could not be read: ${read.error.code}`);
  return read.value;
}
