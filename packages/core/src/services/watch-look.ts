import type { VaultOnChain } from '../ports/blockchain-adapter.ts';
import type { Dependencies } from './dependencies.ts';
import { watchBalances } from './watch-balances.ts';
import { watchNonces } from './watch-nonces.ts';
import { type MovedNonces, missed, type Seen } from './watch-round.ts';
import { watchSettings } from './watch-settings.ts';
import { type SeenTransactions, watchTransactions } from './watch-transactions.ts';
import { watchVault } from './watch-vault.ts';
import type { WatchedWallet } from './watched-wallet.ts';

/** What one look at a wallet found. A part that could not be seen hides nothing that another part saw. */
export interface Look {
  readonly settings: Seen<{ readonly transactionIndex: bigint }>;
  readonly nonces: Seen<MovedNonces>;
  readonly accounts: Seen<VaultOnChain>;
  readonly money: Seen<SeenTransactions>;
}

export async function lookAt(deps: Pick<Dependencies, 'chain' | 'database'>, watched: WatchedWallet): Promise<Look> {
  const [settings, nonces, accounts] = await Promise.all([
    watchSettings(deps, watched),
    watchNonces(deps, watched),
    watchVault(deps, watched),
  ]);
  // The transactions are listed after the balances were read, so that none that moved them is missing from the list.
  const money = accounts.kind === 'seen' ? await watchMoney(deps, watched, accounts.state) : accounts;
  return { settings, nonces, accounts, money };
}

async function watchMoney(
  deps: Pick<Dependencies, 'chain' | 'database'>,
  watched: WatchedWallet,
  vault: VaultOnChain,
): Promise<Seen<SeenTransactions>> {
  const transactions = await watchTransactions(deps, watched, vault);
  // While there are more transactions to look at, a fall cannot be told from what they moved.
  if (transactions.kind !== 'seen' || transactions.state.hasMore) return transactions;
  const falls = await watchBalances(deps, watched, vault, transactions.state.ours);
  return falls.ok ? { ...transactions, differences: [...transactions.differences, ...falls.value] } : missed(falls.error);
}

function partsOf({ settings, nonces, accounts, money }: Look): readonly Seen<unknown>[] {
  return [settings, nonces, accounts, money];
}

export function differencesIn(look: Look): readonly string[] {
  return partsOf(look).flatMap((part) => (part.kind === 'seen' ? part.differences : []));
}

/** Why parts of it could not be seen, or not to the end. */
export function problemsIn(look: Look): readonly string[] {
  const problems = partsOf(look).flatMap((part) => (part.kind === 'missed' ? [part.problem] : []));
  const { money } = look;
  const backlog = money.kind === 'seen' && money.state.hasMore ? ['there are more transactions than one round looks into'] : [];
  return [...new Set([...problems, ...backlog])];
}

/** The lowest slot at which a part was read; `null` when none was. */
export function slotOf(look: Look): bigint | null {
  const slots = partsOf(look).flatMap((part) => (part.kind === 'seen' && part.slot !== null ? [part.slot] : []));
  return slots.reduce<bigint | null>((least, slot) => (least === null || slot < least ? slot : least), null);
}
