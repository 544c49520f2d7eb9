import type { Address } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import { MAX_AMOUNT } from './amount.ts';
import { type AssetId, budgetAsset } from './asset.ts';
import { encodeBase58 } from './base58.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import type { Effect } from './effect.ts';
import type { DecisionFacts } from './facts.ts';
import { assetMeter, recipientMeter } from './meter.ts';
import { meterWindows } from './rolling-windows.ts';
import type { WalletAddresses } from './wallet.ts';

/** A payment to a wallet that does not exist yet, and what is assumed about its past. */
export interface SupposedPayment {
  readonly asset: AssetId;
  /** Base units. */
  readonly amount: bigint;
  /** `owner`: whoever owns the wallet. */
  readonly recipient: Address | 'owner';
  readonly memo: string | null;
}
export interface SupposedPast {
  /** Unix milliseconds: the database's clock and the chain's. */
  readonly nowMs: number;
  /** Base units that the agent paid alone just now, to this recipient; they count in every window. */
  readonly spent: readonly { readonly asset: AssetId; readonly amount: bigint }[];
  /** Whether the recipient was paid before. */
  readonly paidBefore: boolean;
  /** Whether the owner's signature is there. */
  readonly ownerConsents: boolean;
}

/** Stand-ins for the addresses of the wallet; 32 equal bytes each. */
const standIn = (byte: number): Address => encodeBase58(new Uint8Array(32).fill(byte)) as Address;
export const SUPPOSED_ADDRESSES: WalletAddresses = {
  multisig: standIn(0xa1),
  vault: standIn(0xa2),
  owner: standIn(0xa3),
  agent: standIn(0xa4),
  createKey: standIn(0xa5),
  feeAccount: standIn(0xa6),
};
const SUPPOSED_LIMIT: Address = standIn(0xa7);
/** Solana: two signatures of 5,000 lamports. */
const SUPPOSED_FEE_LAMPORTS = 10_000n;

/** The facts of a payment for which there are no bytes, in a wallet that has enough of everything. */
export function supposedFacts(policy: AgentPolicy, payment: SupposedPayment, past: SupposedPast): DecisionFacts {
  const { vault, owner, feeAccount } = SUPPOSED_ADDRESSES;
  const recipient = payment.recipient === 'owner' ? owner : payment.recipient;
  const { asset, amount, memo } = payment;
  const effects: readonly Effect[] = [
    {
      kind: 'asset_outflow',
      instruction: 0,
      asset,
      amount,
      decimals: 0,
      source: vault,
      sourceAccount: vault,
      destination: recipient,
      destinationAccount: recipient,
      spendingLimit: SUPPOSED_LIMIT,
      hazards: [],
    },
    { kind: 'fee', instruction: null, payer: feeAccount, amountLamports: SUPPOSED_FEE_LAMPORTS },
    ...(memo === null ? [] : [{ kind: 'memo' as const, instruction: 1, text: memo }]),
  ];
  const spent = new Map<string, bigint>();
  for (const each of past.spent)
    for (const meter of [assetMeter(each.asset), recipientMeter(each.asset, recipient)])
      spent.set(meter, (spent.get(meter) ?? 0n) + each.amount);
  return {
    policy: { revision: 1, rules: policy },
    walletState: 'active',
    addresses: SUPPOSED_ADDRESSES,
    effects,
    usage: meterWindows(policy, SUPPOSED_ADDRESSES, effects).map((window) => {
      const amountSpent = spent.get(window.meter) ?? 0n;
      return { ...window, alone: amountSpent, total: amountSpent };
    }),
    history: { lastAloneAtMs: null, paidBefore: past.paidBefore ? [recipient] : [], denials: 0, failuresInARow: 0 },
    spendable: [budgetAsset(asset)].map((each) => ({ asset: each, amount: MAX_AMOUNT })),
    simulation: null,
    ownerConsents: past.ownerConsents,
    delayServed: false,
    nowMs: past.nowMs,
    chainTimeMs: past.nowMs,
  };
}

/** The decision on it, by the same function that decides on real ones; windows that are too full come back when what was spent just now leaves them. */
export function supposedDecision(policy: AgentPolicy, payment: SupposedPayment, past: SupposedPast): Decision {
  const decision = decide(supposedFacts(policy, payment, past));
  return {
    ...decision,
    budgets: decision.budgets.map((line) => ({
      ...line,
      comesBackAtMs: line.asked > line.remaining && line.asked <= line.limit ? past.nowMs + line.windowSeconds * 1_000 + 1 : null,
    })),
  };
}
