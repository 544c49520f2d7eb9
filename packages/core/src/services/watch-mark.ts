import type { WatchMark } from '../ports/records.ts';
import { type Look, problemsIn } from './watch-look.ts';
import { balancesOf } from './watch-vault.ts';
import type { WatchedWallet } from './watched-wallet.ts';

/**
 * What the next look compares with. While a difference waits to be seen a second time, what it was found against stays: the same transactions and
 * balances are then looked at again.
 */
export function nextMark(
  watched: WatchedWallet,
  look: Look,
  found: { readonly slot: bigint; readonly differences: readonly string[]; readonly told: readonly string[]; readonly settled: boolean },
): Omit<WatchMark, 'atMs'> {
  const { wallet, mark } = watched;
  const { settings, accounts, money } = look;
  const { slot, differences, told, settled } = found;
  const isMoneySeen = settled && accounts.kind === 'seen' && money.kind === 'seen';
  const isWhole = problemsIn(look).length === 0 && settings.kind === 'seen';
  return {
    walletId: wallet.id,
    slot: mark !== null && mark.slot > slot ? mark.slot : slot,
    newest: isMoneySeen ? money.state.newest : (mark?.newest ?? []),
    seen: {
      balances: isMoneySeen ? (money.state.hasMore ? [] : balancesOf(watched, accounts.state)) : (mark?.seen.balances ?? []),
      balancesSlot: isMoneySeen ? accounts.state.slot.toString() : (mark?.seen.balancesSlot ?? '0'),
      transactionIndex: settings.kind === 'seen' ? settings.state.transactionIndex.toString() : (mark?.seen.transactionIndex ?? '0'),
      differences,
      told,
      missed: isWhole ? 0 : (mark?.seen.missed ?? 0) + 1,
    },
  };
}
