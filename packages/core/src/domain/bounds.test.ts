import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { address } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import { NATIVE_ASSET } from './asset.ts';
import { encodeBase58 } from './base58.ts';
import { decodeBounds, deriveBounds, encodeBounds } from './bounds.ts';
import { deriveChainLimits } from './chain-limits.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { ADDRESSES, aPolicy, assetRule, named, USDC } from './test-support/decision-facts.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => address(encodeBase58(bytes)));
const amount = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const units = fc.oneof(amount, fc.bigInt({ min: 0n, max: 10n ** 37n }));
const limitOf = (arbitrary: fc.Arbitrary<bigint>) =>
  fc.tuple(arbitrary, arbitrary).map(([one, other]) => ({ autonomous: one < other ? one : other, ceiling: one < other ? other : one }));
const windowsOf = (arbitrary: fc.Arbitrary<bigint>) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(3_600, 50_000, 86_400, 604_800, 1_000_000, 2_592_000), limitOf(arbitrary)), {
      minLength: 1,
      selector: ([seconds]) => seconds,
    })
    .map((all) => all.map(([seconds, each]) => ({ seconds, ...each })));
const policyArbitrary: fc.Arbitrary<AgentPolicy> = fc
  .record({
    perTransaction: limitOf(amount),
    delayed: fc.boolean(),
    windows: windowsOf(amount),
    groups: fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 18n }), windowsOf(units)), { maxLength: 4 }),
    recipients: fc.uniqueArray(fc.oneof(key, fc.constant('owner' as const)), { maxLength: 4 }),
  })
  .map(({ perTransaction, delayed, windows, groups, recipients }) =>
    aPolicy({
      assets: [
        {
          asset: NATIVE_ASSET,
          perTransaction: { ...perTransaction, delayed: delayed ? { upTo: perTransaction.ceiling, delaySeconds: 60 } : null },
          windows,
        },
      ],
      groups: groups.map(([weight, each], index) => ({
        name: `g${index}`,
        scope: 'wallet',
        members: [{ asset: NATIVE_ASSET, weight }],
        windows: each,
      })),
      recipients: recipients.map((each, index) => ({ address: each, label: `R${index}`, windows: [] })),
    }),
  );
const context = (spendingLimit: string) => ({
  network: '11111111111111111111111111111111',
  wallet: address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'),
  revision: 1,
  owner: ADDRESSES.owner,
  agent: address('So11111111111111111111111111111111111111112'),
  recovery: null,
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
      policyArbitrary.filter(
        ({ recipients, assets }) => recipients.length > 0 && assets.some(({ perTransaction }) => perTransaction.autonomous > 0n),
      ),
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
  test('each circle lies inside the one around it: the chain and the signer never allow more than the policy (INVARIANT I4)', () => {
    fc.assert(
      fc.property(policyArbitrary, (policy) => {
        const [rule] = policy.assets;
        const recipients = resolvePolicy(policy, ADDRESSES).recipients.map((each) => each.address);
        if (!rule) throw new Error('no rule');
        const limits = deriveChainLimits(policy, ADDRESSES);
        for (const chain of limits.ok ? limits.value : []) {
          expect(chain.destinations).toEqual(recipients);
          expect(chain.destinations.length).toBeGreaterThan(0);
          expect(chain.amount > 0n).toBe(true);
          for (const each of rule.windows) expect(chain.amount <= within(chain.periodSeconds, each.seconds, each.autonomous)).toBe(true);
          for (const { members, windows } of policy.groups)
            for (const each of windows)
              expect(chain.amount * (members[0]?.weight ?? 0n) <= within(chain.periodSeconds, each.seconds, each.autonomous)).toBe(true);
        }
        for (const each of deriveBounds(policy, context(LIMIT)).assets) {
          expect(each.perTransaction).toBe(rule.perTransaction.delayed?.upTo ?? rule.perTransaction.autonomous);
          expect(each.perTransaction > 0n).toBe(true);
          expect(each.recipients).toEqual(recipients);
          for (const window of rule.windows)
            expect(each.windows.some(({ seconds, amount: most }) => seconds === window.seconds && most <= window.autonomous)).toBe(true);
          for (const { members, windows } of policy.groups)
            for (const window of windows)
              expect(
                each.windows.some(
                  ({ seconds, amount: most }) => seconds === window.seconds && most * (members[0]?.weight ?? 0n) <= window.autonomous,
                ),
              ).toBe(true);
        }
      }),
    );
  });
});

/** The most that a rolling window lets out within one period, by trying: an amount at once, and again 1 ms after each time it has passed. */
function within(periodSeconds: number, seconds: number, amount: bigint): bigint {
  let times = 0n;
  for (let atMs = 0; atMs <= periodSeconds * 1000; atMs += seconds * 1000 + 1) times += 1n;
  return amount * times;
}

describe('deriveChainLimits', () => {
  const windows = (...all: readonly (readonly [number, bigint])[]) =>
    all.map(([seconds, autonomous]) => ({ seconds, autonomous, ceiling: autonomous }));
  const limitsOf = (patch: Partial<AgentPolicy>) => {
    const limits = deriveChainLimits(aPolicy(patch), ADDRESSES);
    return limits.ok ? limits.value.map(({ asset, amount: most, periodSeconds }) => [asset, most, periodSeconds]) : limits.error.code;
  };
  const group = (weight: bigint, ...all: readonly (readonly [number, bigint])[]): AgentPolicy['groups'] => [
    { name: 'g', scope: 'owner', members: [{ asset: NATIVE_ASSET, weight }], windows: windows(...all) },
  ];
  test('the shortest window that the chain knows, and the least of all at least as long', () => {
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET, { windows: windows([604_800, 50n], [86_400, 70n], [2_592_000, 60n]) })] })).toEqual([
      ['SOL', 50n, 86_400],
    ]);
  });
  test('a shorter window bounds it as often as it passes within the period', () => {
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET, { windows: windows([3_600, 1n], [86_400, 70n]) })] })).toEqual([
      ['SOL', 24n, 86_400],
    ]);
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET, { windows: windows([50_000, 10n], [86_400, 70n]) })] })).toEqual([
      ['SOL', 20n, 86_400],
    ]);
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET, { windows: windows([60, 0n], [86_400, 70n]) })] })).toEqual([]);
  });
  test('a group tightens it by weight, rounded down', () => {
    const assets = [assetRule(NATIVE_ASSET, { windows: windows([86_400, 70n]) })];
    expect(limitsOf({ assets, groups: group(10n, [86_400, 699n]) })).toEqual([['SOL', 69n, 86_400]]);
    expect(limitsOf({ assets, groups: group(10n, [604_800, 9n]) })).toEqual([]);
  });
  test('a window of a group can back an asset', () => {
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET, { windows: windows([3_600, 70n]) })], groups: group(1n, [86_400, 500n]) })).toEqual([
      ['SOL', 500n, 86_400],
    ]);
  });
  test('an asset that the agent pays only after a delay is backed too', () => {
    const perTransaction = { autonomous: 0n, ceiling: 9n, delayed: { upTo: 5n, delaySeconds: 60 } };
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET, { perTransaction })] })).toEqual([['SOL', 500n, 86_400]]);
  });
  test('nothing alone, or nobody to pay: no limit, whatever the windows', () => {
    const perTransaction = { autonomous: 0n, ceiling: 9n, delayed: null };
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET, { perTransaction, windows: windows([60, 1n]) })] })).toEqual([]);
    expect(limitsOf({ recipients: [] })).toEqual([]);
  });
  test('what the chain cannot back is refused', () => {
    expect(limitsOf({ assets: [assetRule(NATIVE_ASSET), assetRule(USDC, { windows: windows([3_600, 1n]) })] })).toBe(
      'policy_not_backed_by_chain',
    );
  });
  test('"owner" is the address of the owner, once', () => {
    const recipients = ['owner' as const, ADDRESSES.owner, named('other')].map((each) => ({ address: each, label: 'x', windows: [] }));
    const limits = deriveChainLimits(aPolicy({ recipients }), ADDRESSES);
    expect(limits.ok && limits.value[0]?.destinations).toEqual([ADDRESSES.owner, named('other')]);
  });
});
