import { Gauge, type Registry } from 'prom-client';

/** Figures of all wallets at one moment. */
export interface WalletFigures {
  readonly frozen: number;
  /** Seconds until another key should take its place, negative afterwards. */
  readonly keys: readonly { readonly wallet: string; readonly role: string; readonly dueInSeconds: number }[];
  readonly armedKits: readonly { readonly wallet: string; readonly purpose: string; readonly count: number }[];
  /** How far the watcher has compared a wallet with the chain. */
  readonly watched: readonly { readonly wallet: string; readonly slot: bigint; readonly ageSeconds: number }[];
}

export function createWalletGauges(registers: Registry[]): (wallets: WalletFigures) => void {
  const frozen = new Gauge({ name: 'countersign_wallets_frozen', help: 'Wallets that are frozen', registers });
  const due = new Gauge({
    name: 'countersign_key_due_seconds',
    help: 'Until another key should take its place; negative when that is overdue',
    labelNames: ['wallet', 'role'],
    registers,
  });
  const kits = new Gauge({
    name: 'countersign_kits_armed',
    help: 'Transactions that the owner signed ahead of need and that can be used',
    labelNames: ['wallet', 'purpose'],
    registers,
  });
  const slot = new Gauge({
    name: 'countersign_watched_slot',
    help: 'Finalized slot up to which the wallet was compared with the chain',
    labelNames: ['wallet'],
    registers,
  });
  const age = new Gauge({
    name: 'countersign_watched_age_seconds',
    help: 'Since the wallet was last compared with the chain',
    labelNames: ['wallet'],
    registers,
  });
  return (wallets) => {
    for (const gauge of [due, kits, slot, age]) gauge.reset();
    frozen.set(wallets.frozen);
    for (const { wallet, role, dueInSeconds } of wallets.keys) due.set({ wallet, role }, dueInSeconds);
    for (const { wallet, purpose, count } of wallets.armedKits) kits.set({ wallet, purpose }, count);
    for (const watched of wallets.watched) {
      slot.set({ wallet: watched.wallet }, Number(watched.slot));
      age.set({ wallet: watched.wallet }, watched.ageSeconds);
    }
  };
}
