import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NATIVE_ASSET, tokenAsset } from './asset.ts';
import { decide } from './decide.ts';
import type { Effect } from './effect.ts';
import type { DecisionFacts } from './facts.ts';
import {
  ADDRESSES,
  aPolicy,
  assetRule,
  call,
  facts as factsOf,
  fee,
  MERCHANT,
  outflow,
  SHOP,
  STRANGER,
  simulation,
  USDC,
  usage,
} from './test-support/decision-facts.ts';

const { multisig, vault, agent, feeAccount } = ADDRESSES;
const policy = aPolicy();
const facts = (effects: readonly Effect[], patch: Partial<DecisionFacts> = {}): DecisionFacts => factsOf(effects, policy, patch);
const used = (alone: bigint, total: bigint = alone): Partial<DecisionFacts> => ({ usage: usage([outflow(1n)], policy, alone, total) });
const rulesOf = (given: DecisionFacts): readonly string[] => decide(given).objections.map(({ rule }) => rule);

describe('decide: who signs', () => {
  test.each([
    ['the autonomous amount exactly', [outflow(100n), fee()], {}, 'allowed', 'autonomous'],
    ['one unit more', [outflow(101n), fee()], {}, 'needs_owner', 'countersigned'],
    ['the ceiling exactly', [outflow(1_000n), fee()], {}, 'needs_owner', 'countersigned'],
    ['one unit over the ceiling', [outflow(1_001n), fee()], {}, 'denied', null],
    ['the ceiling with the owner', [outflow(1_000n), fee()], { ownerConsents: true }, 'allowed', 'countersigned'],
    ['over the ceiling with the owner', [outflow(1_001n), fee()], { ownerConsents: true }, 'denied', null],
    ['the rest of the window exactly', [outflow(100n), fee()], used(400n), 'allowed', 'autonomous'],
    ['one unit more than the rest of the window', [outflow(100n), fee()], used(401n), 'needs_owner', 'countersigned'],
    ['the rest of the ceiling of the window', [outflow(100n), fee()], used(0n, 4_900n), 'allowed', 'autonomous'],
    ['one unit more than that', [outflow(100n), fee()], used(0n, 4_901n), 'denied', null],
  ] as const)('%s', (_name, effects, patch, verdict, route) => {
    expect(decide(facts(effects, patch))).toMatchObject({ verdict, route, policyRevision: 3 });
  });
});

describe('decide: denials (INVARIANT I5)', () => {
  const denied: readonly (readonly [string, readonly Effect[], Partial<DecisionFacts>, string])[] = [
    ['no policy', [outflow(1n)], { policy: null }, 'policy-in-force'],
    ['a frozen wallet', [outflow(1n)], { walletState: 'frozen' }, 'wallet-active'],
    ['no effect at all', [], {}, 'permitted-effects'],
    [
      'an unknown effect',
      [outflow(1n), { kind: 'unknown', instruction: 1, program: STRANGER, reason: 'a program' }],
      {},
      'permitted-effects',
    ],
    ['a source that is not the vault', [outflow(1n, { source: agent })], {}, 'permitted-effects'],
    ['a token account of nobody known', [outflow(1n, { destination: null })], {}, 'permitted-effects'],
    ['the agent paying the fee', [outflow(1n), fee(10_000n, agent)], {}, 'permitted-effects'],
    [
      'the agent paying rent',
      [
        outflow(1n),
        { kind: 'account_creation', instruction: 1, account: MERCHANT, payer: agent, owner: null, what: 'x', maximumRentLamports: 1n },
      ],
      {},
      'permitted-effects',
    ],
    [
      'a proposal without the owner',
      [outflow(1n), { kind: 'governance', instruction: 1, wallet: multisig, action: 'approve', member: agent, index: 1n }],
      {},
      'permitted-effects',
    ],
    [
      'another wallet',
      [outflow(1n), { kind: 'governance', instruction: 1, wallet: STRANGER, action: 'approve', member: agent, index: 1n }],
      { ownerConsents: true },
      'permitted-effects',
    ],
    [
      'a new limit, even with the owner',
      [outflow(1n), { kind: 'governance', instruction: 1, wallet: multisig, action: 'add_member', member: STRANGER, permissions: 7 }],
      { ownerConsents: true },
      'permitted-effects',
    ],
    [
      'an unlisted asset',
      [outflow(1n, { asset: tokenAsset(STRANGER) })],
      { spendable: [{ asset: tokenAsset(STRANGER), amount: 5n }] },
      'listed-assets',
    ],
    ['an unlisted recipient', [outflow(1n, { destination: STRANGER })], {}, 'listed-recipients'],
    ['a fee over the cap', [outflow(1n), fee(10_001n)], {}, 'fee-cap'],
    [
      'rent over the cap',
      [
        outflow(1n),
        {
          kind: 'account_creation',
          instruction: 1,
          account: MERCHANT,
          payer: feeAccount,
          owner: null,
          what: 'x',
          maximumRentLamports: 2_039_281n,
        },
      ],
      {},
      'fee-cap',
    ],
    ['unknown usage', [outflow(1n)], { usage: [] }, 'amount-per-window'],
    ['an unknown balance and no simulation', [outflow(1n)], { spendable: [] }, 'sufficient-funds'],
    ['more than the vault has', [outflow(100n)], { spendable: [{ asset: NATIVE_ASSET, amount: 99n }] }, 'sufficient-funds'],
    ['a simulation that fails', [outflow(1n)], { simulation: simulation({ succeeded: false, problem: 'x' }) }, 'simulation-succeeds'],
    [
      'a simulation that sees more leave',
      [outflow(1n)],
      { simulation: simulation({ vaultOutflows: [{ asset: NATIVE_ASSET, amount: 2n }] }) },
      'simulation-agrees',
    ],
    [
      'a simulation that sees another asset leave',
      [outflow(1n)],
      { simulation: simulation({ vaultOutflows: [{ asset: tokenAsset(STRANGER), amount: 1n }] }) },
      'simulation-agrees',
    ],
    [
      'a simulation that sees an authority change',
      [outflow(1n)],
      { simulation: simulation({ authorityChanges: [vault] }) },
      'simulation-agrees',
    ],
    [
      'a simulation that drains the fee account',
      [outflow(1n), fee()],
      { simulation: simulation({ feeAccountOutflowLamports: 10_001n }) },
      'simulation-agrees',
    ],
    ['clocks that disagree', [outflow(1n)], { chainTimeMs: 1_000_000 + 120_001 }, 'clocks-agree'],
    ['no chain clock', [outflow(1n)], { chainTimeMs: null }, 'clocks-agree'],
  ];
  test.each(denied)('%s', (_name, effects, patch, rule) => {
    const decision = decide(facts(effects, patch));
    expect(decision.verdict).toBe('denied');
    expect(decision.route).toBeNull();
    expect(decision.objections.filter(({ outcome }) => outcome === 'denied').map((each) => each.rule)).toContain(rule);
  });
  test('every rule that objects is told, not the first', () => {
    expect(rulesOf(facts([outflow(2_000n, { destination: STRANGER })], { walletState: 'frozen', spendable: [] }))).toEqual([
      'wallet-active',
      'listed-recipients',
      'amount-per-transaction',
      'amount-per-window',
      'sufficient-funds',
    ]);
  });
});

const steps = aPolicy({
  assets: [assetRule(NATIVE_ASSET, { perTransaction: { autonomous: 100n, ceiling: 1_000n, delayed: { upTo: 300n, delaySeconds: 600 } } })],
  firstPayment: 'delayed',
  recipients: [MERCHANT, SHOP].map((address) => ({ address, label: 'x', windows: [] })),
});
const paid = { history: { lastAloneAtMs: null, paidBefore: [MERCHANT], denials: 0, failuresInARow: 0 } };

describe('decide: delays', () => {
  test.each([
    ['at once', 100n, paid, 'allowed', 'autonomous', null],
    ['after a delay', 101n, paid, 'needs_delay', 'delayed', 600],
    ['the delay is served', 101n, { ...paid, delayServed: true }, 'allowed', 'delayed', null],
    ['the owner signs early', 101n, { ...paid, ownerConsents: true }, 'allowed', 'countersigned', null],
    ['a delay does not stand for the owner', 301n, { ...paid, delayServed: true }, 'needs_owner', 'countersigned', null],
    ['a delay lifts no ceiling', 1_001n, { ...paid, delayServed: true }, 'denied', null, null],
    ['the first payment, however small', 1n, {}, 'needs_delay', 'delayed', 600],
  ] as const)('%s', (_name, amount, patch, verdict, route, delaySeconds) => {
    expect(decide(factsOf([outflow(amount)], steps, patch))).toMatchObject({ verdict, route, delaySeconds });
  });
  test('the longest delay holds', () => {
    const two = aPolicy({
      assets: [NATIVE_ASSET, USDC].map((asset, index) =>
        assetRule(asset, { perTransaction: { autonomous: 1n, ceiling: 9n, delayed: { upTo: 9n, delaySeconds: 600 * (index + 1) } } }),
      ),
    });
    expect(decide(factsOf([outflow(2n), outflow(2n, { asset: USDC })], two)).delaySeconds).toBe(1_200);
  });
});

describe('decide: what it tells', () => {
  test('budgets of every kind of window, whoever objects', () => {
    const rich = aPolicy({
      groups: [
        {
          name: 'all',
          scope: 'owner',
          members: [{ asset: NATIVE_ASSET, weight: 2n }],
          windows: [{ seconds: 60, autonomous: 900n, ceiling: 901n }],
        },
      ],
      transactions: [{ seconds: 60, autonomous: 5, ceiling: 6 }],
      recipients: [{ address: MERCHANT, label: 'x', windows: [{ asset: NATIVE_ASSET, seconds: 60, autonomous: 70n, ceiling: 80n }] }],
      nearLimit: { percent: 50, seconds: 60, most: 3 },
      fees: { perTransactionLamports: 10_000n, rentPerTransactionLamports: 0n, windows: [{ seconds: 60, ceilingLamports: 50_000n }] },
    });
    const { budgets } = decide(factsOf([outflow(60n), fee()], rich));
    expect(budgets.map(({ of, limitKind, limit, asked, scope }) => [of, limitKind, limit, asked, scope])).toEqual([
      ['SOL', 'autonomous', 500n, 60n, 'wallet'],
      ['SOL', 'ceiling', 5_000n, 60n, 'wallet'],
      ['group all', 'autonomous', 900n, 120n, 'owner'],
      ['group all', 'ceiling', 901n, 120n, 'owner'],
      [`SOL to ${MERCHANT}`, 'autonomous', 70n, 60n, 'wallet'],
      [`SOL to ${MERCHANT}`, 'ceiling', 80n, 60n, 'wallet'],
      ['transactions', 'autonomous', 5n, 1n, 'wallet'],
      ['transactions', 'ceiling', 6n, 1n, 'wallet'],
      ['SOL near the limit', 'autonomous', 3n, 1n, 'wallet'],
      ['fees', 'ceiling', 50_000n, 10_000n, 'wallet'],
    ]);
  });
  test('the facts that it stands on', () => {
    expect(decide(facts([outflow(1n)], { simulation: simulation({ slot: 77n }) }))).toMatchObject({
      policyRevision: 3,
      decidedAtMs: facts([]).nowMs,
      chainTimeMs: facts([]).chainTimeMs,
      slot: 77n,
    });
  });
});

describe('decide is total (INVARIANT I5)', () => {
  const hostile: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['no policy member', { ...facts([outflow(1n)]), policy: undefined }],
    ['a policy without rules', { ...facts([outflow(1n)]), policy: { revision: 1, rules: {} } }],
    ['effects that are none', { ...facts([]), effects: [null] }],
    ['an amount that is a number', { ...facts([]), effects: [outflow(1 as never)] }],
    ['an amount that is text', { ...facts([]), effects: [outflow('1' as never)] }],
    ['hazards that are missing', facts([outflow(1n, { hazards: undefined as never })])],
    ['usage that is none', { ...facts([outflow(1n)]), usage: null }],
    ['usage of text', { ...facts([outflow(1n)]), usage: usage([outflow(1n)], policy, 'x' as never) }],
    ['history that is missing', { ...factsOf([outflow(1n)], aPolicy({ cooldownSeconds: 5 })), history: undefined }],
    ['addresses that are missing', { ...facts([outflow(1n)]), addresses: undefined }],
    ['a simulation of nothing', { ...facts([outflow(1n)]), simulation: {} }],
    ['a clock that is no number', { ...facts([outflow(1n)]), nowMs: 'now' }],
    [
      'getters that throw',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
        },
      ),
    ],
  ];
  test.each(hostile)('%s is denied', (_name, given) => {
    expect(decide(given as DecisionFacts)).toMatchObject({ verdict: 'denied', route: null });
  });
  test.each(['yes', 1, {}])('consent that is not true is none: %j', (ownerConsents) => {
    expect(decide(facts([outflow(101n)], { ownerConsents: ownerConsents as never })).verdict).toBe('needs_owner');
    expect(decide(factsOf([outflow(101n)], steps, { ...paid, delayServed: ownerConsents as never })).verdict).toBe('needs_delay');
  });
  test('any JSON at all', () => {
    fc.assert(
      fc.property(fc.record({ policy: fc.anything(), effects: fc.anything(), addresses: fc.anything(), usage: fc.anything() }), (given) => {
        expect(decide({ ...facts([outflow(1n)]), ...given } as DecisionFacts).verdict).toBe('denied');
      }),
    );
  });
  test('any changed member of otherwise good facts never throws', () => {
    const names = Object.keys(facts([])) as (keyof DecisionFacts)[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), fc.boolean(), (name, value, calls) => {
        const given = { ...facts([calls ? call() : outflow(1n), fee()], { simulation: simulation() }), [name]: value };
        expect(['allowed', 'needs_delay', 'needs_owner', 'denied']).toContain(decide(given as DecisionFacts).verdict);
      }),
    );
  });
});
