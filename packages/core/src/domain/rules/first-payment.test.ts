import { describe, expect, test } from 'vitest';
import type { AgentPolicy } from '../agent-policy.ts';
import { NATIVE_ASSET } from '../asset.ts';
import { decide } from '../decide.ts';
import { aPolicy, assetRule, facts, MERCHANT, outcomes, outflow, SHOP, USDC } from '../test-support/decision-facts.ts';

const rule = 'first-payment';
const delayed = { upTo: 200n, delaySeconds: 600 };
const policy = (firstPayment: AgentPolicy['firstPayment'], patch: Partial<AgentPolicy> = {}): AgentPolicy =>
  aPolicy({
    firstPayment,
    assets: [assetRule(NATIVE_ASSET, { perTransaction: { autonomous: 100n, ceiling: 1_000n, delayed } }), assetRule(USDC)],
    recipients: [MERCHANT, SHOP].map((address) => ({ address, label: 'x', windows: [] })),
    ...patch,
  });
const history = (...paidBefore: readonly (typeof MERCHANT)[]) => ({
  history: { lastAloneAtMs: null, paidBefore, denials: 0, failuresInARow: 0 },
});

describe('first-payment', () => {
  test('as any other', () => expect(outcomes(rule, facts([outflow(1n)], policy('as_any')))).toEqual([]));
  test('with the owner', () => expect(outcomes(rule, facts([outflow(1n)], policy('countersigned')))).toEqual(['needs_owner']));
  test('after the delay of the asset', () => {
    expect(decide(facts([outflow(1n)], policy('delayed')))).toMatchObject({ verdict: 'needs_delay', route: 'delayed', delaySeconds: 600 });
  });
  test('with the owner, where an asset has no delay', () =>
    expect(outcomes(rule, facts([outflow(1n, { asset: USDC })], policy('delayed')))).toEqual(['needs_owner']));
  test.each(['delayed', 'countersigned'] as const)('paid before: nothing (%s)', (first) =>
    expect(outcomes(rule, facts([outflow(1n)], policy(first), history(MERCHANT)))).toEqual([]),
  );
  test('another recipient that was paid before does not help', () =>
    expect(outcomes(rule, facts([outflow(1n)], policy('countersigned'), history(SHOP)))).toEqual(['needs_owner']));
  test('each new recipient is told', () =>
    expect(outcomes(rule, facts([outflow(1n), outflow(1n, { destination: SHOP })], policy('delayed')))).toEqual([
      'needs_delay',
      'needs_delay',
    ]));
});
