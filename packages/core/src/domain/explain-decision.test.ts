import { describe, expect, test } from 'vitest';
import type { Address } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import { NATIVE_ASSET } from './asset.ts';
import { decide } from './decide.ts';
import { explainBudgets, explainRules } from './explain-decision.ts';
import { SUPPOSED_ADDRESSES, type SupposedPast, supposedDecision, supposedFacts } from './explain-decision-facts.ts';
import { parsePolicy } from './policy.ts';
import { policyPreset } from './policy-presets.ts';
import { RULES } from './rules/index.ts';

const MERCHANT = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' as Address;
const PAST: SupposedPast = { nowMs: 1_800_000_000_000, spent: [], paidBefore: true, ownerConsents: false };
const policy: AgentPolicy = (() => {
  const parsed = parsePolicy(
    policyPreset('standard', { recipients: [{ address: MERCHANT, label: 'Merchant' }], assets: [{ asset: NATIVE_ASSET, daily: 1_000n }] }),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
})();
const payment = (amount: bigint) => ({ asset: NATIVE_ASSET, amount, recipient: MERCHANT, memo: 'order 7' });

describe('explaining a decision', () => {
  test('every rule is there once, in order, content or not', () => {
    const explained = explainRules(supposedDecision(policy, payment(251n), PAST));
    expect(explained.map(({ rule }) => rule)).toEqual(['policy-in-force', ...RULES.map(({ name }) => name)]);
    expect(explained.filter(({ verdict }) => verdict !== 'ok')).toEqual([
      { rule: 'amount-per-transaction', verdict: 'needs_delay', sentences: [expect.stringContaining('250')] },
    ]);
  });
  test('of several objections of a rule the gravest is its verdict, and all are told', () => {
    const { objections, ...decision } = supposedDecision(policy, payment(1n), PAST);
    const more = (outcome: 'denied' | 'needs_owner') => ({ rule: 'cooldown', outcome, message: `${outcome}.`, details: {} });
    const cooldown = explainRules({ ...decision, objections: [...objections, more('needs_owner'), more('denied')] }).find(
      ({ rule }) => rule === 'cooldown',
    );
    expect(cooldown).toEqual({ rule: 'cooldown', verdict: 'denied', sentences: ['needs_owner.', 'denied.'] });
  });
  test('without a policy no other rule was asked', () => {
    const explained = explainRules(decide({ ...supposedFacts(policy, payment(1n), PAST), policy: null }));
    expect(explained[0]).toMatchObject({ rule: 'policy-in-force', verdict: 'denied' });
    expect(explained.slice(1).every(({ verdict }) => verdict === 'not_asked')).toBe(true);
  });
  test('budgets before and after, and when what was spent comes back', () => {
    const spent = { ...PAST, spent: [{ asset: NATIVE_ASSET, amount: 900n }] };
    const [alone] = explainBudgets(supposedDecision(policy, payment(101n), spent)).filter(({ line }) => line.of === NATIVE_ASSET);
    expect(alone).toMatchObject({ usedAfter: 1_001n, fits: false, line: { limitKind: 'autonomous', used: 900n, remaining: 100n } });
    expect(alone?.line.comesBackAtMs).toBe(PAST.nowMs + 86_400_001);
    const [fits] = explainBudgets(supposedDecision(policy, payment(100n), spent)).filter(({ line }) => line.of === NATIVE_ASSET);
    expect(fits).toMatchObject({ usedAfter: 1_000n, fits: true, line: { comesBackAtMs: null } });
  });
  test('what never fits never comes back', () => {
    const [alone] = explainBudgets(supposedDecision(policy, payment(1_001n), PAST)).filter(({ line }) => line.of === NATIVE_ASSET);
    expect(alone).toMatchObject({ fits: false, line: { comesBackAtMs: null } });
  });
  test('the owner stands for whoever owns the wallet', () => {
    const facts = supposedFacts(policy, { ...payment(1n), recipient: 'owner' }, PAST);
    expect(facts.effects[0]).toMatchObject({ destination: SUPPOSED_ADDRESSES.owner });
    expect(decide(facts).verdict).toBe('needs_owner');
  });
});
