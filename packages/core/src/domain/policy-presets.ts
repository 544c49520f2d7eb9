import type { Address } from './address.ts';
import type { AgentPolicy, AssetGroup, AssetRule, FailureRule, RecipientRule } from './agent-policy.ts';
import { type AssetId, NATIVE_ASSET } from './asset.ts';
import { formatPolicy } from './policy.ts';

export const POLICY_PRESETS: readonly ['cautious', 'standard', 'trading'] = ['cautious', 'standard', 'trading'];
export type PolicyPreset = (typeof POLICY_PRESETS)[number];

/** What the presets are for, one line each. */
export const POLICY_PRESET_SUMMARIES: { readonly [Name in PolicyPreset]: string } = {
  cautious: 'small payments alone, larger ones after four hours, every first payment to somebody countersigned',
  standard: 'a quarter of the daily amount at once, the rest after a quarter of an hour, others countersigned',
  trading: 'many payments a minute between few addresses, several assets under one budget',
};

/** The least and the most that a preset takes as a daily amount, base units: below it the parts of it would be 0, above it sums leave 2^64. */
export const LEAST_DAILY_AMOUNT = 1_000n;
export const MOST_DAILY_AMOUNT: bigint = 2n ** 60n;

/** What the author of a policy chooses; everything else comes from the preset. */
export interface PresetChoices {
  /** Nobody: the wallet's owner alone is listed. At most 20, each once. */
  readonly recipients: readonly { readonly address: Address | 'owner'; readonly label: string }[];
  /** `daily`: what the agent may pay alone in any 24 hours, base units, within the bounds above. None: SOL with the preset's own amount. At most 16. */
  readonly assets: readonly { readonly asset: AssetId; readonly daily: bigint }[];
}

/** Lamports a day without a choice: 0.5, 2 and 20 SOL. */
const DAILY_LAMPORTS: { readonly [Name in PolicyPreset]: bigint } = {
  cautious: 500_000_000n,
  standard: 2_000_000_000n,
  trading: 20_000_000_000n,
};
const DAY = 86_400;
const HOUR = 3_600;

/** A policy document, ready to edit: docs/spec/policy.md says what each preset is for. */
export function policyPreset(name: PolicyPreset, choices: PresetChoices): string {
  const assets = choices.assets.length > 0 ? choices.assets : [{ asset: NATIVE_ASSET, daily: DAILY_LAMPORTS[name] }];
  const recipients = choices.recipients.length > 0 ? choices.recipients : [{ address: 'owner', label: 'Owner' } as const];
  const listed = recipients.map((recipient): RecipientRule => ({ ...recipient, windows: [] }));
  return formatPolicy({ ...BASE, ...PARTS[name](assets), recipients: listed });
}

const BASE: AgentPolicy = {
  version: 1,
  expiresAtMs: null,
  assets: [],
  groups: [],
  transactions: [],
  recipients: [],
  otherRecipients: 'denied',
  firstPayment: 'as_any',
  programs: [],
  schedule: null,
  cooldownSeconds: null,
  nearLimit: null,
  failures: null,
  denials: null,
  fees: { perTransactionLamports: 100_000n, rentPerTransactionLamports: 2_039_280n, windows: [] },
  signaturesPerMinute: 60,
};

type Assets = PresetChoices['assets'];
const PARTS: { readonly [Name in PolicyPreset]: (assets: Assets) => Partial<AgentPolicy> } = {
  cautious: (assets) => ({
    assets: assets.map(
      ({ asset, daily }): AssetRule => ({
        asset,
        perTransaction: { autonomous: daily / 10n, delayed: { upTo: daily / 2n, delaySeconds: 4 * HOUR }, ceiling: daily * 4n },
        windows: [{ seconds: DAY, autonomous: daily, ceiling: daily * 8n }],
      }),
    ),
    transactions: [{ seconds: DAY, autonomous: 20, ceiling: 40 }],
    firstPayment: 'countersigned',
    cooldownSeconds: 60,
    nearLimit: { percent: 90, seconds: DAY, most: 3 },
    failures: countersignedAfter(3),
    denials: { seconds: HOUR, freezeAt: 5, lockdownAt: 20 },
    fees: { ...BASE.fees, windows: [{ seconds: DAY, ceilingLamports: 20_000_000n }] },
    signaturesPerMinute: 10,
  }),
  standard: (assets) => ({
    assets: assets.map(
      ({ asset, daily }): AssetRule => ({
        asset,
        perTransaction: { autonomous: daily / 4n, delayed: { upTo: daily, delaySeconds: 900 }, ceiling: daily * 4n },
        windows: [{ seconds: DAY, autonomous: daily, ceiling: daily * 8n }],
      }),
    ),
    transactions: [{ seconds: DAY, autonomous: 200, ceiling: 400 }],
    otherRecipients: 'countersigned',
    firstPayment: 'delayed',
    nearLimit: { percent: 90, seconds: HOUR, most: 3 },
    failures: countersignedAfter(5),
    denials: { seconds: HOUR, freezeAt: 10, lockdownAt: 50 },
    fees: { ...BASE.fees, windows: [{ seconds: DAY, ceilingLamports: 100_000_000n }] },
  }),
  trading: (assets) => ({
    assets: assets.map(
      ({ asset, daily }): AssetRule => ({
        asset,
        perTransaction: { autonomous: daily / 10n, delayed: null, ceiling: daily },
        windows: [{ seconds: DAY, autonomous: daily, ceiling: daily * 2n }],
      }),
    ),
    groups: assets.length > 1 ? [commonBudget(assets)] : [],
    transactions: [
      { seconds: 60, autonomous: 20, ceiling: 30 },
      { seconds: DAY, autonomous: 2_000, ceiling: 3_000 },
    ],
    nearLimit: { percent: 95, seconds: HOUR, most: 20 },
    failures: countersignedAfter(10),
    denials: { seconds: HOUR, freezeAt: 20, lockdownAt: null },
    fees: { ...BASE.fees, windows: [{ seconds: DAY, ceilingLamports: 500_000_000n }] },
    signaturesPerMinute: 120,
  }),
};

function countersignedAfter(inARow: number): FailureRule {
  return { inARow, consequence: 'countersigned' };
}

/** All assets together: one and a half daily amounts, where each asset's daily amount counts about the same. */
function commonBudget(assets: Assets): AssetGroup {
  const most = assets.reduce((highest, { daily }) => (daily > highest ? daily : highest), 0n);
  return {
    name: 'together',
    scope: 'wallet',
    members: assets.map(({ asset, daily }) => ({ asset, weight: most / daily })),
    windows: [{ seconds: DAY, autonomous: (most * 3n) / 2n, ceiling: most * 3n }],
  };
}
