import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET } from './asset.ts';
import { decide } from './decide.ts';
import { historyAsked, meterWindows } from './rolling-windows.ts';
import {
  ADDRESSES,
  aPolicy,
  assetRule,
  call,
  facts,
  fee,
  MERCHANT,
  NOW_MS,
  outflow,
  SHOP,
  STRANGER,
  simulation,
  USDC,
} from './test-support/decision-facts.ts';

const policy = aPolicy({
  assets: [assetRule(NATIVE_ASSET), assetRule(USDC)],
  groups: [
    {
      name: 'all',
      scope: 'owner',
      members: [NATIVE_ASSET, USDC].map((asset) => ({ asset, weight: 1n })),
      windows: [{ seconds: 60, autonomous: 1n, ceiling: 1n }],
    },
    {
      name: 'dollars',
      scope: 'wallet',
      members: [{ asset: USDC, weight: 1n }],
      windows: [{ seconds: 86_400, autonomous: 1n, ceiling: 1n }],
    },
  ],
  recipients: [{ address: 'owner', label: 'x', windows: [{ asset: USDC, seconds: 3_600, autonomous: 1n, ceiling: 1n }] }],
  transactions: [{ seconds: 60, autonomous: 1, ceiling: 1 }],
  nearLimit: { percent: 90, seconds: 60, most: 1 },
  fees: { perTransactionLamports: 1n, rentPerTransactionLamports: 1n, windows: [{ seconds: 60, ceilingLamports: 1n }] },
});
const spelled = (effects: Parameters<typeof meterWindows>[2]) =>
  meterWindows(policy, ADDRESSES, effects).map(({ meter, seconds, scope }) => `${scope} ${seconds} ${meter}`);
const always = ['wallet 60 transactions', 'wallet 60 fees'];

describe('meterWindows', () => {
  test('the windows of what moves, and of the groups that it is in', () => {
    expect(new Set(spelled([outflow(1n), fee()]))).toEqual(
      new Set(['wallet 86400 asset/SOL', 'owner 60 asset/SOL', `owner 60 asset/${USDC}`, 'wallet 60 near/SOL', ...always]),
    );
  });
  test('each once, though two rules need it; the owner resolved', () => {
    const found = spelled([outflow(1n, { asset: USDC, destination: ADDRESSES.owner })]);
    expect(found.length).toBe(new Set(found).size);
    expect(new Set(found)).toEqual(
      new Set([
        `wallet 86400 asset/${USDC}`,
        'owner 60 asset/SOL',
        `owner 60 asset/${USDC}`,
        `wallet 3600 to/${ADDRESSES.owner}/${USDC}`,
        `wallet 60 near/${USDC}`,
        ...always,
      ]),
    );
  });
  test('a call may move anything', () => {
    expect(spelled([call()])).toEqual(
      expect.arrayContaining(['wallet 86400 asset/SOL', `wallet 86400 asset/${USDC}`, 'owner 60 asset/SOL']),
    );
  });
  test('no policy, no window', () => expect(meterWindows(null, ADDRESSES, [outflow(1n)])).toEqual([]));
  test('what it names is enough for every rule, with a simulation and without', () => {
    for (const effects of [[outflow(1n)], [call()], [outflow(1n), call(), fee()]])
      for (const report of [null, simulation({ vaultOutflows: [NATIVE_ASSET, USDC].map((asset) => ({ asset, amount: 1n })) })])
        for (const { message } of decide(facts(effects, policy, { simulation: report })).objections)
          expect(message).not.toContain('could not be read');
  });
});

describe('historyAsked', () => {
  test('nothing, where the policy asks nothing', () =>
    expect(historyAsked(aPolicy(), [outflow(1n)], NOW_MS)).toEqual({
      recipients: [],
      denialsSinceMs: NOW_MS,
      mostDenials: 0,
      mostFailures: 0,
    }));
  test('what the policy asks', () => {
    const asking = aPolicy({
      firstPayment: 'countersigned',
      failures: { inARow: 4, consequence: 'freeze' },
      denials: { seconds: 60, freezeAt: 5, lockdownAt: 9 },
    });
    const effects = [outflow(1n), outflow(2n, { destination: SHOP }), outflow(3n), outflow(4n, { destination: null })];
    expect(historyAsked(asking, effects, NOW_MS)).toEqual({
      recipients: [MERCHANT, SHOP],
      denialsSinceMs: NOW_MS - 60_000,
      mostDenials: 9,
      mostFailures: 4,
    });
    expect(historyAsked({ ...asking, denials: { seconds: 60, freezeAt: 5, lockdownAt: null } }, effects, NOW_MS).mostDenials).toBe(5);
  });
  test('without a policy nothing', () =>
    expect(historyAsked(null, [outflow(1n, { destination: STRANGER })], NOW_MS).recipients).toEqual([]));
});
