import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { address } from './address.ts';
import { NATIVE_ASSET } from './asset.ts';
import { encodeBase58 } from './base58.ts';
import { decodeBounds, deriveBounds, encodeBounds } from './bounds.ts';
import { deriveChainLimits } from './chain-limits.ts';
import type { AgentPolicy } from './policy.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => address(encodeBase58(bytes)));
const amount = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const limit = fc
  .tuple(amount, amount)
  .map(([one, other]) => ({ autonomous: one < other ? one : other, ceiling: one < other ? other : one }));
const policyArbitrary: fc.Arbitrary<AgentPolicy> = fc.record({
  version: fc.constant(1 as const),
  assets: fc
    .record({
      asset: fc.constant(NATIVE_ASSET),
      perTransaction: limit,
      windows: fc
        .uniqueArray(fc.tuple(fc.constantFrom(3_600, 86_400, 604_800, 2_592_000), limit), {
          minLength: 1,
          selector: ([seconds]) => seconds,
        })
        .map((all) => all.map(([seconds, each]) => ({ seconds, ...each }))),
    })
    .map((rule) => [rule]),
  recipients: fc.uniqueArray(key, { maxLength: 4 }).map((all) => all.map((each, index) => ({ address: each, label: `R${index}` }))),
  otherRecipients: fc.constantFrom('denied', 'countersigned'),
  fees: fc.record({ perTransactionLamports: amount, rentPerTransactionLamports: amount }),
  signaturesPerMinute: fc.integer({ min: 1, max: 6_000 }),
});
const context = (spendingLimit: string) => ({
  network: '11111111111111111111111111111111',
  wallet: address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'),
  revision: 1,
  agent: address('So11111111111111111111111111111111111111112'),
  limits: [{ asset: NATIVE_ASSET, decimals: 9, spendingLimit: address(spendingLimit) }],
});
const LIMIT = 'SysvarC1ock11111111111111111111111111111111';

describe('bounds', () => {
  test('decode to what was encoded, and have one encoding', () => {
    fc.assert(
      fc.property(policyArbitrary, (policy) => {
        const bounds = deriveBounds(policy, context(LIMIT));
        expect(decodeBounds(encodeBounds(bounds))).toEqual({ ok: true, value: bounds });
      }),
    );
  });
  test('any changed, missing or further byte gives other bounds or none', () => {
    const [policy] = fc.sample(
      policyArbitrary.filter(({ recipients }) => recipients.length > 0),
      { numRuns: 1, seed: 7 },
    );
    if (!policy) throw new Error('no policy');
    const bytes = encodeBounds(deriveBounds(policy, context(LIMIT)));
    const original = JSON.stringify(decodeBounds(bytes), (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
    const same = (changed: Uint8Array): boolean =>
      JSON.stringify(decodeBounds(changed), (_, value) => (typeof value === 'bigint' ? `${value}n` : value)) === original;
    for (let index = 0; index < bytes.length; index += 1)
      expect(same(bytes.map((byte, at) => (at === index ? byte ^ 1 : byte)))).toBe(false);
    expect(decodeBounds(bytes.subarray(0, -1)).ok).toBe(false);
    expect(decodeBounds(Uint8Array.from([...bytes, 0])).ok).toBe(false);
  });
  test('each circle lies inside the one around it: the chain and the signer never allow more than the policy', () => {
    fc.assert(
      fc.property(policyArbitrary, (policy) => {
        const limits = deriveChainLimits(policy);
        if (!limits.ok) return;
        for (const chain of limits.value) {
          const rule = policy.assets.find(({ asset }) => asset === chain.asset);
          expect(chain.destinations.length).toBeGreaterThan(0);
          for (const window of rule?.windows ?? [])
            if (window.seconds >= chain.periodSeconds) expect(chain.amount <= window.autonomous).toBe(true);
          expect(rule?.windows.some(({ seconds, autonomous }) => seconds >= chain.periodSeconds && autonomous === chain.amount)).toBe(true);
        }
        const bounds = deriveBounds(policy, context(LIMIT));
        for (const each of bounds.assets) {
          const rule = policy.assets.find(({ asset }) => asset === each.asset);
          expect(each.perTransaction).toBe(rule?.perTransaction.autonomous);
          expect(each.windows).toEqual(rule?.windows.map(({ seconds, autonomous }) => ({ seconds, amount: autonomous })));
          expect(each.recipients).toEqual(policy.recipients.map((recipient) => recipient.address));
        }
      }),
    );
  });
});
