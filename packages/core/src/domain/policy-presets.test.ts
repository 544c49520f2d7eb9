import { describe, expect, test } from 'vitest';
import type { Address } from './address.ts';
import { NATIVE_ASSET, tokenAsset } from './asset.ts';
import { deriveChainLimits } from './chain-limits.ts';
import { SUPPOSED_ADDRESSES, supposedDecision } from './explain-decision-facts.ts';
import { parsePolicy } from './policy.ts';
import {
  LEAST_DAILY_AMOUNT,
  MOST_DAILY_AMOUNT,
  POLICY_PRESETS,
  type PolicyPreset,
  type PresetChoices,
  policyPreset,
} from './policy-presets.ts';

const MERCHANT = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' as Address;
const DOLLAR = tokenAsset('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v' as Address);
const recipients: PresetChoices['recipients'] = [{ address: MERCHANT, label: 'Merchant' }];

function read(name: PolicyPreset, choices: PresetChoices) {
  const policy = parsePolicy(policyPreset(name, choices));
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return policy.value;
}

describe.each(POLICY_PRESETS)('the preset %s', (name) => {
  test.each([
    ['nothing chosen', { recipients: [], assets: [] }],
    ['the least', { recipients, assets: [{ asset: NATIVE_ASSET, daily: LEAST_DAILY_AMOUNT }] }],
    ['the most', { recipients, assets: [{ asset: NATIVE_ASSET, daily: MOST_DAILY_AMOUNT }] }],
    [
      'amounts that are far apart',
      {
        recipients,
        assets: [
          { asset: NATIVE_ASSET, daily: MOST_DAILY_AMOUNT },
          { asset: DOLLAR, daily: LEAST_DAILY_AMOUNT },
        ],
      },
    ],
  ] satisfies readonly (readonly [string, PresetChoices])[])('%s: the chain backs it with exactly the daily amount', (_what, choices) => {
    const policy = read(name, choices);
    const limits = deriveChainLimits(policy, SUPPOSED_ADDRESSES);
    expect(limits.ok).toBe(true);
    if (!limits.ok) return;
    for (const { asset, amount, periodSeconds } of limits.value) {
      expect(periodSeconds).toBe(86_400);
      const daily = choices.assets.find((each) => each.asset === asset)?.daily;
      if (daily !== undefined) expect(amount).toBe(daily);
    }
    expect(limits.value).toHaveLength(Math.max(1, choices.assets.length));
  });
  test('a small payment to somebody who was paid before goes alone, one over the ceiling never', () => {
    const policy = read(name, { recipients, assets: [{ asset: NATIVE_ASSET, daily: 1_000n }] });
    const past = { nowMs: 1_800_000_000_000, spent: [], paidBefore: true, ownerConsents: false };
    const payment = { asset: NATIVE_ASSET, recipient: MERCHANT, memo: null };
    expect(supposedDecision(policy, { ...payment, amount: 100n }, past)).toMatchObject({ verdict: 'allowed', route: 'autonomous' });
    expect(supposedDecision(policy, { ...payment, amount: 4_001n }, { ...past, ownerConsents: true }).verdict).toBe('denied');
  });
});
