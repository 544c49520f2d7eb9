import type { PreparedView } from '@countersign/sdk';
import { uiAmount } from '../output/ui-amount-text.ts';
import type { Checked } from '../verify/reviewed.ts';

/**
 * What the service says beside the bytes, for the owner to judge by: whom this wallet never paid, and what is left afterwards. Nothing proves it, and
 * nothing is decided by it.
 */
export function serviceClaims({ firstTimeRecipients, balances, transaction }: PreparedView, checked: Checked): readonly string[] {
  const strangers = firstTimeRecipients.map((recipient) => `FIRST TIME: no payment of this wallet was ever final to ${recipient}.`);
  const spent = new Map<string, bigint>();
  const add = (asset: string, amount: bigint): unknown => spent.set(asset, (spent.get(asset) ?? 0n) + amount);
  const outflows = checked.messages.flatMap(({ effects }) => effects.filter((effect) => effect.kind === 'asset_outflow'));
  for (const { asset, amount } of outflows) add(asset, amount);
  // A delayed payment that goes early has no message of the owner's; its amount was compared with the bytes of its intent.
  if (checked.messages.length === 0 && transaction?.asset && /^[0-9]{1,20}$/.test(transaction.amount ?? ''))
    add(transaction.asset, BigInt(transaction.amount ?? '0'));
  const left = [...spent].map(([asset, amount]) => {
    const held = balances?.find((balance) => balance.asset === asset);
    if (held === undefined || !/^[0-9]{1,20}$/.test(held.amount)) return `What the vault holds of ${asset} is not known.`;
    const after = BigInt(held.amount) - amount;
    const words = after < 0n ? 'less than nothing: it will fail' : uiAmount(after.toString(), asset, held.decimals);
    return `Of ${asset} the vault can spend ${uiAmount(held.amount, asset, held.decimals)} now, and ${words} afterwards.`;
  });
  return [...strangers, ...left];
}
