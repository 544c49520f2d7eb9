import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, address } from './address.ts';
import { NATIVE_ASSET, tokenAsset } from './asset.ts';
import { encodeBase58 } from './base58.ts';
import { decide } from './decide.ts';
import type { AssetOutflow, Effect } from './effect.ts';
import { escalationOf } from './escalation.ts';
import type { DecisionFacts } from './facts.ts';
import type { AgentPolicy } from './policy.ts';

const named = (name: string): Address =>
  address(encodeBase58(new Uint8Array(32).fill(0).map((_, index) => name.charCodeAt(index % name.length) + index)));
const [multisig, vault, owner, agent, createKey, feeAccount, merchant, stranger, spendingLimit] = [
  'multisig',
  'vault',
  'owner',
  'agent',
  'create',
  'fee',
  'merchant',
  'stranger',
  'limit',
].map(named) as [Address, Address, Address, Address, Address, Address, Address, Address, Address];
const policy: AgentPolicy = {
  version: 1,
  assets: [
    {
      asset: NATIVE_ASSET,
      perTransaction: { autonomous: 100n, ceiling: 1_000n },
      windows: [{ seconds: 86_400, autonomous: 500n, ceiling: 5_000n }],
    },
  ],
  recipients: [{ address: merchant, label: 'Merchant' }],
  otherRecipients: 'denied',
  fees: { perTransactionLamports: 10_000n, rentPerTransactionLamports: 2_039_280n },
  signaturesPerMinute: 60,
};
const outflow = (amount: bigint, patch: Partial<AssetOutflow> = {}): AssetOutflow => ({
  kind: 'asset_outflow',
  instruction: 0,
  asset: NATIVE_ASSET,
  amount,
  decimals: 9,
  source: vault,
  sourceAccount: vault,
  destination: merchant,
  destinationAccount: merchant,
  spendingLimit,
  ...patch,
});
const fee: Effect = { kind: 'fee', instruction: null, payer: feeAccount, amountLamports: 10_000n };
const facts = (effects: readonly Effect[], patch: Partial<DecisionFacts> = {}): DecisionFacts => ({
  policy: { revision: 3, rules: policy },
  walletState: 'active',
  addresses: { multisig, vault, owner, agent, createKey, feeAccount },
  effects,
  usage: [{ asset: NATIVE_ASSET, seconds: 86_400, autonomousUsed: 0n, totalUsed: 0n }],
  spendable: [{ asset: NATIVE_ASSET, amount: 1_000_000n }],
  simulation: null,
  ownerConsents: false,
  nowMs: 1_000_000,
  chainTimeMs: 1_000_000,
  ...patch,
});
const used = (autonomousUsed: bigint, totalUsed = autonomousUsed): Partial<DecisionFacts> => ({
  usage: [{ asset: NATIVE_ASSET, seconds: 86_400, autonomousUsed, totalUsed }],
});
const report = {
  succeeded: true,
  problem: null,
  unitsConsumed: 1n,
  slot: 9n,
  vaultOutflows: [],
  feeAccountOutflowLamports: 0n,
  authorityChanges: [],
  programs: [],
};
const rulesOf = (given: DecisionFacts): readonly string[] => decide(given).objections.map(({ rule }) => rule);

describe('decide: who signs', () => {
  test.each([
    ['the autonomous amount exactly', [outflow(100n), fee], {}, 'allowed', 'autonomous'],
    ['one unit more', [outflow(101n), fee], {}, 'needs_owner', 'countersigned'],
    ['the ceiling exactly', [outflow(1_000n), fee], {}, 'needs_owner', 'countersigned'],
    ['one unit over the ceiling', [outflow(1_001n), fee], {}, 'denied', null],
    ['the ceiling with the owner', [outflow(1_000n), fee], { ownerConsents: true }, 'allowed', 'countersigned'],
    ['over the ceiling with the owner', [outflow(1_001n), fee], { ownerConsents: true }, 'denied', null],
    ['the rest of the window exactly', [outflow(100n), fee], used(400n), 'allowed', 'autonomous'],
    ['one unit more than the rest of the window', [outflow(100n), fee], used(401n), 'needs_owner', 'countersigned'],
    ['the rest of the ceiling of the window', [outflow(100n), fee], used(0n, 4_900n), 'allowed', 'autonomous'],
    ['one unit more than that', [outflow(100n), fee], used(0n, 4_901n), 'denied', null],
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
      [outflow(1n), { kind: 'unknown', instruction: 1, program: stranger, reason: 'a program' }],
      {},
      'permitted-effects',
    ],
    ['a source that is not the vault', [outflow(1n, { source: agent })], {}, 'permitted-effects'],
    ['a token account of nobody known', [outflow(1n, { destination: null })], {}, 'permitted-effects'],
    ['no limit and no owner', [outflow(1n, { spendingLimit: null })], {}, 'permitted-effects'],
    ['the agent paying the fee', [outflow(1n), { ...fee, payer: agent } as Effect], {}, 'permitted-effects'],
    [
      'the agent paying rent',
      [outflow(1n), { kind: 'account_creation', instruction: 1, account: merchant, payer: agent, what: 'x', maximumRentLamports: 1n }],
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
      [outflow(1n), { kind: 'governance', instruction: 1, wallet: stranger, action: 'approve', member: agent, index: 1n }],
      { ownerConsents: true },
      'permitted-effects',
    ],
    [
      'a new limit, even with the owner',
      [outflow(1n), { kind: 'governance', instruction: 1, wallet: multisig, action: 'add_member', member: stranger, permissions: 7 }],
      { ownerConsents: true },
      'permitted-effects',
    ],
    [
      'an unlisted asset',
      [outflow(1n, { asset: tokenAsset(stranger) })],
      { spendable: [{ asset: tokenAsset(stranger), amount: 5n }] },
      'listed-assets',
    ],
    ['an unlisted recipient', [outflow(1n, { destination: stranger })], {}, 'listed-recipients'],
    ['a fee over the cap', [outflow(1n), { ...fee, amountLamports: 10_001n } as Effect], {}, 'fee-cap'],
    [
      'rent over the cap',
      [
        outflow(1n),
        { kind: 'account_creation', instruction: 1, account: merchant, payer: feeAccount, what: 'x', maximumRentLamports: 2_039_281n },
      ],
      {},
      'fee-cap',
    ],
    ['unknown usage', [outflow(1n)], { usage: [] }, 'amount-per-window'],
    ['an unknown balance and no simulation', [outflow(1n)], { spendable: [] }, 'sufficient-funds'],
    ['more than the vault has', [outflow(100n)], { spendable: [{ asset: NATIVE_ASSET, amount: 99n }] }, 'sufficient-funds'],
    ['a simulation that fails', [outflow(1n)], { simulation: { ...report, succeeded: false, problem: 'x' } }, 'simulation-succeeds'],
    [
      'a simulation that sees more leave',
      [outflow(1n)],
      { simulation: { ...report, vaultOutflows: [{ asset: NATIVE_ASSET, amount: 2n }] } },
      'simulation-agrees',
    ],
    [
      'a simulation that sees another asset leave',
      [outflow(1n)],
      { simulation: { ...report, vaultOutflows: [{ asset: tokenAsset(stranger), amount: 1n }] } },
      'simulation-agrees',
    ],
    [
      'a simulation that sees an authority change',
      [outflow(1n)],
      { simulation: { ...report, authorityChanges: [vault] } },
      'simulation-agrees',
    ],
    [
      'a simulation that drains the fee account',
      [outflow(1n), fee],
      { simulation: { ...report, feeAccountOutflowLamports: 10_001n } },
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
    expect(rulesOf(facts([outflow(2_000n, { destination: stranger })], { walletState: 'frozen', spendable: [] }))).toEqual([
      'wallet-active',
      'listed-recipients',
      'amount-per-transaction',
      'amount-per-window',
      'sufficient-funds',
    ]);
  });
  test('a look-alike is refused even where others may be countersigned', () => {
    const text = merchant as string;
    const twin = address(
      [...text].map((character, index) => (index > 5 && index < 30 ? (character === 'A' ? 'B' : 'A') : character)).join(''),
    );
    const decision = decide(
      facts([outflow(1n, { destination: twin })], { policy: { revision: 1, rules: { ...policy, otherRecipients: 'countersigned' } } }),
    );
    expect(decision).toMatchObject({ verdict: 'denied' });
    expect(escalationOf(decision)).toBe('FREEZE_AND_ALERT');
  });
});

describe('decide: properties', () => {
  const amount = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
  const effect: fc.Arbitrary<Effect> = fc.oneof(
    fc
      .record({
        amount,
        destination: fc.constantFrom(merchant, stranger, vault, null),
        spendingLimit: fc.constantFrom(spendingLimit, null),
      })
      .map((patch) => outflow(patch.amount, patch)),
    amount.map((amountLamports): Effect => ({ ...fee, amountLamports }) as Effect),
    fc.constant<Effect>({ kind: 'unknown', instruction: 0, program: null, reason: 'x' }),
  );
  const anyFacts = fc
    .record({
      effects: fc.array(effect, { maxLength: 5 }),
      autonomousUsed: amount,
      totalUsed: amount,
      ownerConsents: fc.boolean(),
      walletState: fc.constantFrom('active', 'frozen', 'creating'),
    })
    .map(({ effects, autonomousUsed, totalUsed, ...rest }) => facts(effects, { ...rest, ...used(autonomousUsed, totalUsed) }));

  test('it is total, and the same facts give the same decision', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        expect(decide(given)).toEqual(decide(structuredClone(given)));
      }),
    );
  });
  test('the order of effects changes nothing', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        expect(decide({ ...given, effects: [...given.effects].reverse() }).verdict).toBe(decide(given).verdict);
      }),
    );
  });
  test('a further effect never allows more', () => {
    const rank = { allowed: 0, needs_owner: 1, denied: 2 } as const;
    fc.assert(
      fc.property(anyFacts, effect, (given, more) => {
        if (given.effects.length === 0) return;
        expect(rank[decide({ ...given, effects: [...given.effects, more] }).verdict] >= rank[decide(given).verdict]).toBe(true);
      }),
    );
  });
  test('splitting a payment never allows more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 400n }), { minLength: 2, maxLength: 6 }),
        fc.bigInt({ min: 0n, max: 5_000n }),
        (parts, before) => {
          const whole = parts.reduce((sum, each) => sum + each, 0n);
          expect(
            decide(
              facts(
                parts.map((each) => outflow(each)),
                used(before),
              ),
            ).verdict,
          ).toBe(decide(facts([outflow(whole)], used(before))).verdict);
        },
      ),
    );
  });
});
