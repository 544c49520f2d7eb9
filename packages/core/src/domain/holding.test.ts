import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET, WRAPPED_NATIVE_ASSET } from './asset.ts';
import { decide } from './decide.ts';
import type { Effect } from './effect.ts';
import type { SimulationReport } from './facts.ts';
import { exceeds, holdingOf, settledAmounts } from './holding.ts';
import { assetMeter, type Holding, recipientMeter } from './meter.ts';
import {
  ADDRESSES,
  aPolicy,
  call,
  facts,
  fee,
  MERCHANT,
  OWN_TOKEN_ACCOUNT,
  outflow,
  SHOP,
  simulation,
  USDC,
} from './test-support/decision-facts.ts';

const policy = aPolicy({ nearLimit: { percent: 90, seconds: 60, most: 1 } });
const held = (effects: readonly Effect[], report: SimulationReport | null = null, alone = true): Holding =>
  holdingOf({ effects, simulation: report, policy, addresses: ADDRESSES, alone });
const amounts = ({ amounts: all }: Holding) => all.map(({ meter, amount }) => [meter, amount]);
const { vault, feeAccount } = ADDRESSES;
const wrap: Effect = { kind: 'own_move', instruction: 0, asset: NATIVE_ASSET, amount: 5n, from: vault, to: OWN_TOKEN_ACCOUNT };

describe('holdingOf (INVARIANT I4)', () => {
  test('a payment: the asset, the recipient, itself, and fee with rent', () => {
    const rent: Effect = {
      kind: 'account_creation',
      instruction: 0,
      account: MERCHANT,
      payer: feeAccount,
      owner: MERCHANT,
      what: 'x',
      maximumRentLamports: 7n,
    };
    expect(amounts(held([outflow(50n), fee(10_000n), rent]))).toEqual([
      ['asset/SOL', 50n],
      ['fees', 10_007n],
      [`to/${MERCHANT}/SOL`, 50n],
      ['transactions', 1n],
    ]);
  });
  test('nothing of value: the transaction alone', () => expect(amounts(held([]))).toEqual([['transactions', 1n]]));
  test.each([
    [89n, false],
    [90n, true],
    [1_000n, true],
  ])('near the limit at %i: %s', (amount, near) =>
    expect(amounts(held([outflow(amount)])).some(([meter]) => meter === 'near/SOL')).toBe(near),
  );
  test('an asset that does not move comes near nothing, even where nothing of it goes at once', () => {
    const waiting = aPolicy({
      nearLimit: { percent: 90, seconds: 60, most: 1 },
      assets: policy.assets.map((rule) => ({
        ...rule,
        perTransaction: { autonomous: 0n, ceiling: 10n, delayed: { upTo: 10n, delaySeconds: 60 } },
      })),
    });
    const holding = (effects: readonly Effect[]): Holding =>
      holdingOf({ effects, simulation: null, policy: waiting, addresses: ADDRESSES, alone: true });
    expect(amounts(holding([outflow(1n)])).filter(([meter]) => String(meter).startsWith('near/'))).toEqual([['near/SOL', 1n]]);
    expect(amounts(holding([]))).toEqual([['transactions', 1n]]);
  });
  test('SOL and wrapped SOL are one meter, sums are gross', () => {
    expect(amounts(held([outflow(3n), outflow(4n, { asset: WRAPPED_NATIVE_ASSET, destination: SHOP })]))).toContainEqual(['asset/SOL', 7n]);
  });
  test('what a delegate may take is held', () => {
    const approval: Effect = {
      kind: 'delegate_approval',
      instruction: 0,
      asset: USDC,
      amount: 9n,
      account: OWN_TOKEN_ACCOUNT,
      delegate: MERCHANT,
    };
    expect(amounts(held([approval]))).toEqual([
      [assetMeter(USDC), 9n],
      [recipientMeter(USDC, MERCHANT), 9n],
      ['transactions', 1n],
    ]);
  });
  test('a call holds what the simulation saw leave', () => {
    const report = simulation({ vaultOutflows: [{ asset: USDC, amount: 9n }], innerEffects: [outflow(11n, { asset: USDC })] });
    expect(amounts(held([call()], report))).toEqual([
      [assetMeter(USDC), 11n],
      ['transactions', 1n],
    ]);
    expect(amounts(held([call()], null))).toEqual([['transactions', 1n]]);
  });
  test('the order of effects changes nothing', () => {
    const effects = [outflow(1n), outflow(2n, { asset: USDC }), outflow(3n, { destination: SHOP }), fee(), wrap];
    expect(held([...effects].reverse())).toEqual(held(effects));
  });
  test('what is held is what was asked of every window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 60n }), fc.constantFrom(MERCHANT, SHOP)), { minLength: 1, maxLength: 5 }),
        (parts) => {
          const limited = aPolicy({
            nearLimit: { percent: 90, seconds: 60, most: 1 },
            transactions: [{ seconds: 60, autonomous: 9, ceiling: 9 }],
            recipients: [MERCHANT, SHOP].map((address) => ({
              address,
              label: 'x',
              windows: [{ asset: NATIVE_ASSET, seconds: 60, autonomous: 1n, ceiling: 2n }],
            })),
          });
          const effects = parts.map(([amount, destination]) => outflow(amount, { destination }));
          const holding = holdingOf({ effects, simulation: null, policy: limited, addresses: ADDRESSES, alone: true });
          for (const { terms, asked } of decide(facts(effects, limited)).budgets)
            expect(holding.amounts.find(({ meter }) => meter === terms[0]?.meter)?.amount ?? 0n).toBe(asked);
        },
      ),
    );
  });
});

describe('settledAmounts', () => {
  const of = (holding: Holding, moved: bigint, feeLamports = 10_000n) =>
    new Map(
      settledAmounts(holding, { vaultOutflows: [{ asset: NATIVE_ASSET, amount: moved }], feeLamports }).map(({ meter, amount }) => [
        meter as string,
        amount,
      ]),
    );
  test('a payment settles as held, with the fee that was paid', () => {
    const settled = of(held([outflow(50n), fee(10_000n)]), 50n, 5_000n);
    expect(settled).toEqual(
      new Map([
        ['asset/SOL', 50n],
        ['fees', 5_000n],
        [`to/${MERCHANT}/SOL`, 50n],
        ['transactions', 1n],
      ]),
    );
  });
  test('INVARIANT I4: what moved beyond what was held counts too, of an asset that was not held as well', () => {
    const settled = of(held([outflow(50n), fee(10n)]), 60n, 20n);
    expect([settled.get('asset/SOL'), settled.get('fees')]).toEqual([60n, 10n]);
    expect(of(held([call()], simulation({})), 7n).get('asset/SOL')).toBe(7n);
  });
  test('a call settles with what really moved', () => {
    const holding = held([call()], simulation({ vaultOutflows: [{ asset: NATIVE_ASSET, amount: 50n }] }));
    expect(of(holding, 40n).get('asset/SOL')).toBe(40n);
    expect(of(holding, 0n).get('asset/SOL')).toBe(0n);
  });
  test('what a delegate may still take stays counted, though nothing moved', () => {
    const approval: Effect = {
      kind: 'delegate_approval',
      instruction: 0,
      asset: NATIVE_ASSET,
      amount: 9n,
      account: OWN_TOKEN_ACCOUNT,
      delegate: MERCHANT,
    };
    expect(of(held([approval]), 0n).get('asset/SOL')).toBe(9n);
  });
  test('it names every meter that is held', () => {
    const holding = held([outflow(95n), wrap, fee()]);
    expect(settledAmounts(holding, { vaultOutflows: [], feeLamports: 0n }).map(({ meter }) => meter)).toEqual(
      holding.amounts.map(({ meter }) => meter),
    );
  });
});

describe('exceeds', () => {
  const moved = (...all: readonly (readonly [typeof USDC, bigint])[]) => ({
    vaultOutflows: all.map(([asset, amount]) => ({ asset, amount })),
  });
  test.each([
    ['as much', [outflow(50n)], moved([NATIVE_ASSET, 50n]), false],
    ['less', [outflow(50n)], moved([NATIVE_ASSET, 49n]), false],
    ['one more', [outflow(50n)], moved([NATIVE_ASSET, 51n]), true],
    ['one more, in both forms together', [outflow(50n)], moved([NATIVE_ASSET, 50n], [WRAPPED_NATIVE_ASSET, 1n]), true],
    ['another asset', [outflow(50n)], moved([NATIVE_ASSET, 50n], [USDC, 1n]), true],
    ['nothing of another asset', [outflow(50n)], moved([USDC, 0n]), false],
    ['what was wrapped', [wrap], moved([NATIVE_ASSET, 5n]), false],
    ['more than was wrapped', [wrap], moved([NATIVE_ASSET, 6n]), true],
  ] as const)('%s', (_name, effects, landed, expected) => expect(exceeds(held(effects), landed)).toBe(expected));
});
