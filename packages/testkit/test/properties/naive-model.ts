import { type Address, type AgentPolicy, type AssetId, type AssetOutflow, type AssetRule, budgetAsset } from '@countersign/core';
import { WALLET } from '../../src/arbitraries/index.ts';
import type { Verdict } from './evaluate.ts';

/** One payment that went through: when, by whose signature, and what moved. */
export interface Paid {
  readonly atMs: number;
  readonly alone: boolean;
  readonly outflows: readonly AssetOutflow[];
  readonly feesLamports: bigint;
}
type Counted = (paid: Pick<Paid, 'outflows' | 'feesLamports'>) => bigint;

/** One window of a policy, as a person would count it. */
export interface NaiveWindow {
  readonly name: string;
  readonly seconds: number;
  readonly autonomous: bigint | null;
  readonly ceiling: bigint | null;
  readonly counted: Counted;
}

const amountOf =
  (asset: AssetId, recipient?: Address): Counted =>
  ({ outflows }) =>
    outflows.reduce(
      (sum, each) =>
        budgetAsset(each.asset) === asset && (recipient === undefined || each.destination === recipient) ? sum + each.amount : sum,
      0n,
    );
const addressOf = (address: Address | 'owner'): Address => (address === 'owner' ? WALLET.owner : address);

/** From what amount on a payment of an asset is near the limit; `null` where nothing may be paid alone. */
function nearFrom(policy: AgentPolicy, { autonomous, delayed }: AssetRule['perTransaction']): bigint | null {
  if (policy.nearLimit === null || (autonomous === 0n && (delayed === null || delayed.upTo === 0n))) return null;
  for (let from = (autonomous * BigInt(policy.nearLimit.percent)) / 100n; ; from += 1n)
    if (from * 100n >= autonomous * BigInt(policy.nearLimit.percent)) return from;
}

/** Every window, written without the code that is tested. */
export function naiveWindows(policy: AgentPolicy): readonly NaiveWindow[] {
  return [
    ...policy.assets.flatMap(({ asset, windows }) =>
      windows.map((window): NaiveWindow => ({ name: `${asset}`, ...window, counted: amountOf(asset) })),
    ),
    ...policy.groups.flatMap(({ name, members, windows }) =>
      windows.map(
        (window): NaiveWindow => ({
          name,
          ...window,
          counted: (paid) => members.reduce((sum, { asset, weight }) => sum + amountOf(asset)(paid) * weight, 0n),
        }),
      ),
    ),
    ...policy.recipients.flatMap(({ address, windows }) =>
      windows.map(
        (window): NaiveWindow => ({
          name: `${window.asset} to ${address}`,
          ...window,
          counted: amountOf(window.asset, addressOf(address)),
        }),
      ),
    ),
    ...policy.transactions.map(
      ({ seconds, autonomous, ceiling }): NaiveWindow => ({
        name: 'transactions',
        seconds,
        autonomous: BigInt(autonomous),
        ceiling: BigInt(ceiling),
        counted: () => 1n,
      }),
    ),
    ...policy.assets.flatMap(({ asset, perTransaction }): readonly NaiveWindow[] => {
      const from = nearFrom(policy, perTransaction);
      if (policy.nearLimit === null || from === null) return [];
      const { seconds, most } = policy.nearLimit;
      return [
        {
          name: `${asset} near`,
          seconds,
          autonomous: BigInt(most),
          ceiling: null,
          counted: (paid) => (amountOf(asset)(paid) >= from && amountOf(asset)(paid) > 0n ? 1n : 0n),
        },
      ];
    }),
    ...policy.fees.windows.map(
      ({ seconds, ceilingLamports }): NaiveWindow => ({
        name: 'fees',
        seconds,
        autonomous: null,
        ceiling: ceilingLamports,
        counted: ({ feesLamports }) => feesLamports,
      }),
    ),
  ];
}

/** What a window holds that ends at a moment; a payment exactly `seconds` ago still counts. */
export function naiveUsage(
  past: readonly Paid[],
  window: Pick<NaiveWindow, 'seconds' | 'counted'>,
  nowMs: number,
): { readonly alone: bigint; readonly total: bigint } {
  const recent = past.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs <= window.seconds * 1_000);
  const sum = (list: readonly Paid[]): bigint => list.reduce((all, paid) => all + window.counted(paid), 0n);
  return { alone: sum(recent.filter(({ alone }) => alone)), total: sum(recent) };
}

export interface NaiveQuestion {
  readonly policy: AgentPolicy;
  readonly past: readonly Paid[];
  readonly outflows: readonly AssetOutflow[];
  readonly feesLamports: bigint;
  readonly nowMs: number;
  readonly ownerConsents: boolean;
  readonly delayServed: boolean;
}

/** The verdict on a plain payment of a calm policy, written from the words of docs/spec/policy.md. */
export function naiveVerdict({ policy, past, outflows, feesLamports, nowMs, ownerConsents, delayServed }: NaiveQuestion): Verdict {
  let [owner, delay] = [false, false];
  const recipients = new Set(outflows.flatMap(({ destination }) => (destination === null ? [] : [destination])));
  for (const recipient of recipients) {
    if (!policy.recipients.some(({ address }) => addressOf(address) === recipient)) {
      if (policy.otherRecipients === 'denied') return 'denied';
      owner = true;
    }
    const paidBefore = past.some((paid) => paid.outflows.some(({ destination }) => destination === recipient));
    if (policy.firstPayment !== 'as_any' && !paidBefore) {
      const assets = outflows.filter(({ destination, amount }) => destination === recipient && amount > 0n).map(({ asset }) => asset);
      const waits =
        assets.length > 0 && assets.every((asset) => policy.assets.find((rule) => rule.asset === asset)?.perTransaction.delayed != null);
      if (policy.firstPayment === 'delayed' && waits) delay = true;
      else owner = true;
    }
  }
  for (const asset of new Set(outflows.map((each) => each.asset))) {
    const amount = amountOf(asset)({ outflows, feesLamports });
    const rule = policy.assets.find((each) => each.asset === asset);
    if (amount === 0n) continue;
    if (rule === undefined || amount > rule.perTransaction.ceiling) return 'denied';
    if (amount <= rule.perTransaction.autonomous) continue;
    if (rule.perTransaction.delayed !== null && amount <= rule.perTransaction.delayed.upTo) delay = true;
    else owner = true;
  }
  for (const window of naiveWindows(policy)) {
    const asked = window.counted({ outflows, feesLamports });
    const used = naiveUsage(past, window, nowMs);
    if (asked === 0n) continue;
    if (window.ceiling !== null && used.total + asked > window.ceiling) return 'denied';
    if (window.autonomous !== null && used.alone + asked > window.autonomous) owner = true;
  }
  if (policy.fees.perTransactionLamports < feesLamports) return 'denied';
  if (ownerConsents) return 'allowed';
  if (owner) return 'needs_owner';
  return delay && !delayServed ? 'needs_delay' : 'allowed';
}
