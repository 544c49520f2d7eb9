import type { Address } from './address.ts';
import { mostAlone } from './alone-windows.ts';
import { type AssetId, budgetAsset } from './asset.ts';
import type { BudgetLine } from './decision.ts';
import { assetMeter, FEES_METER, nearLimitMeter, recipientMeter, TRANSACTIONS_METER } from './meter.ts';
import type { PolicyIndex } from './policy-index.ts';
import type { ResolvedPolicy } from './resolve-policy.ts';

export type WindowRule =
  | 'amount-per-window'
  | 'group-per-window'
  | 'recipient-per-window'
  | 'transactions-per-window'
  | 'near-limit'
  | 'fees-per-window';

/** One rolling window of a policy with its limits; a limit that is `null` does not restrict. */
export interface WindowLimit extends Pick<BudgetLine, 'of' | 'terms' | 'scope'> {
  readonly rule: WindowRule;
  readonly seconds: number;
  readonly autonomous: bigint | null;
  readonly ceiling: bigint | null;
}
export interface GroupLimits {
  readonly weights: ReadonlyMap<AssetId, bigint>;
  readonly windows: readonly WindowLimit[];
}
export interface NearLimit {
  readonly asset: AssetId;
  /** From this amount on a payment is near the limit. */
  readonly from: bigint;
  readonly window: WindowLimit;
}

/** Every window of a policy, in the order of the policy. */
export function limitsOf(policy: ResolvedPolicy): PolicyIndex['limits'] {
  return {
    assets: policy.assets.map(({ asset: written, windows }) => {
      const asset = budgetAsset(written);
      const terms = [{ meter: assetMeter(asset), weight: 1n }];
      return {
        asset,
        windows: windows.map(
          ({ seconds, autonomous, ceiling }): WindowLimit => ({
            rule: 'amount-per-window',
            of: asset,
            terms,
            scope: 'wallet',
            seconds,
            autonomous,
            ceiling,
          }),
        ),
      };
    }),
    groups: policy.groups.map(({ name, scope, members, windows }) => {
      const terms = members.map(({ asset, weight }) => ({ meter: assetMeter(asset), weight }));
      return {
        weights: new Map(members.map(({ asset, weight }) => [budgetAsset(asset), weight])),
        windows: windows.map(
          ({ seconds, autonomous, ceiling }): WindowLimit => ({
            rule: 'group-per-window',
            of: `group ${name}`,
            terms,
            scope,
            seconds,
            autonomous,
            ceiling,
          }),
        ),
      };
    }),
    recipients: policy.recipients.flatMap(({ address, windows }) =>
      windows.map(({ asset: written, seconds, autonomous, ceiling }) => {
        const asset = budgetAsset(written);
        const terms = [{ meter: recipientMeter(asset, address), weight: 1n }];
        const of = `${asset} to ${address}`;
        const window: WindowLimit = { rule: 'recipient-per-window', of, terms, scope: 'wallet', seconds, autonomous, ceiling };
        return { recipient: address, asset, window };
      }),
    ),
    transactions: policy.transactions.map(({ seconds, autonomous, ceiling }) => ({
      rule: 'transactions-per-window',
      of: 'transactions',
      terms: [{ meter: TRANSACTIONS_METER, weight: 1n }],
      scope: 'wallet',
      seconds,
      autonomous: BigInt(autonomous),
      ceiling: BigInt(ceiling),
    })),
    near: nearLimits(policy),
    fees: policy.fees.windows.map(({ seconds, ceilingLamports }) => ({
      rule: 'fees-per-window',
      of: 'fees',
      terms: [{ meter: FEES_METER, weight: 1n }],
      scope: 'wallet',
      seconds,
      autonomous: null,
      ceiling: ceilingLamports,
    })),
  };
}

function nearLimits({ nearLimit, assets }: ResolvedPolicy): readonly NearLimit[] {
  if (nearLimit === null) return [];
  const { percent, seconds, most } = nearLimit;
  return assets.flatMap((rule): NearLimit[] => {
    const { asset: written, perTransaction } = rule;
    if (mostAlone(rule) <= 0n) return [];
    // Where everything waits, everything counts: a lower limit never counts less.
    const asset = budgetAsset(written);
    const from = (perTransaction.autonomous * BigInt(percent) + 99n) / 100n;
    const terms = [{ meter: nearLimitMeter(asset), weight: 1n }];
    const of = `${asset} near the limit`;
    const window: WindowLimit = { rule: 'near-limit', of, terms, scope: 'wallet', seconds, autonomous: BigInt(most), ceiling: null };
    return [{ asset, from, window }];
  });
}

/** A window that a transaction has to do with, and what the transaction would add to it. */
export interface AskedWindow {
  readonly limit: WindowLimit;
  readonly asked: bigint;
}

/** What a transaction adds, as far as its effects tell. */
export interface Asked {
  readonly counted: ReadonlyMap<AssetId, bigint>;
  readonly toRecipients: readonly { readonly recipient: Address; readonly asset: AssetId; readonly amount: bigint }[];
  readonly feesLamports: bigint;
  /** True when only a simulation will tell which assets leave: every window of every asset then matters. */
  readonly open: boolean;
}

export function askedWindows({ limits }: PolicyIndex, { counted, toRecipients, feesLamports, open }: Asked): readonly AskedWindow[] {
  const asked: AskedWindow[] = [];
  for (const { asset, windows } of limits.assets) {
    const amount = counted.get(asset) ?? 0n;
    if (amount > 0n || open) for (const limit of windows) asked.push({ limit, asked: amount });
  }
  for (const { weights, windows } of limits.groups) {
    let units = 0n;
    for (const [asset, weight] of weights) units += (counted.get(asset) ?? 0n) * weight;
    if (units > 0n || open) for (const limit of windows) asked.push({ limit, asked: units });
  }
  for (const { recipient, asset, window } of limits.recipients) {
    const flow = toRecipients.find((each) => each.recipient === recipient && each.asset === asset);
    if (flow && flow.amount > 0n) asked.push({ limit: window, asked: flow.amount });
  }
  for (const limit of limits.transactions) asked.push({ limit, asked: 1n });
  for (const { asset, from, window } of limits.near) {
    const amount = counted.get(asset) ?? 0n;
    if (amount > 0n || open) asked.push({ limit: window, asked: amount >= from ? 1n : 0n });
  }
  for (const limit of limits.fees) asked.push({ limit, asked: feesLamports });
  return asked;
}
