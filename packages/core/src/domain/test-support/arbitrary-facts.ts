import fc from 'fast-check';
import type { AgentPolicy, AmountWindow, AssetRule } from '../agent-policy.ts';
import { NATIVE_ASSET, WRAPPED_NATIVE_ASSET } from '../asset.ts';
import type { AssetOutflow, Effect } from '../effect.ts';
import type { DecisionFacts, SimulationReport } from '../facts.ts';
import {
  ADDRESSES,
  aPolicy,
  call,
  facts,
  fee,
  MERCHANT,
  NOW_MS,
  OWN_TOKEN_ACCOUNT,
  outflow,
  PROGRAM,
  SHOP,
  SPENDING_LIMIT,
  simulation,
  USDC,
  usage,
} from './decision-facts.ts';

export const small: fc.Arbitrary<bigint> = fc.bigInt({ min: 0n, max: 400n });
const little = fc.bigInt({ min: 0n, max: 40n });
const amount = fc.oneof({ weight: 12, arbitrary: fc.bigInt({ min: 1n, max: 90n }) }, fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }));
const limits = fc.oneof({ weight: 4, arbitrary: fc.bigInt({ min: 60n, max: 900n }) }, { weight: 1, arbitrary: small });
const pair = fc
  .tuple(limits, limits)
  .map(([one, other]) => ({ autonomous: one < other ? one : other, ceiling: one < other ? other : one }));
const windows = fc
  .uniqueArray(fc.tuple(fc.constantFrom(60, 3_600, 86_400), pair), { minLength: 1, maxLength: 3, selector: ([seconds]) => seconds })
  .map((all): AmountWindow[] => all.map(([seconds, limit]) => ({ seconds, ...limit })));
export const assetRule = (asset: AssetRule['asset']): fc.Arbitrary<AssetRule> =>
  fc.record({ limit: pair, delayed: fc.boolean(), windows }).map(({ limit, delayed, windows: all }) => ({
    asset,
    perTransaction: { ...limit, delayed: delayed ? { upTo: (limit.autonomous + limit.ceiling) / 2n, delaySeconds: 600 } : null },
    windows: all,
  }));
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null, freq: 1 });
export const policies: fc.Arbitrary<AgentPolicy> = fc
  .record({
    sol: assetRule(NATIVE_ASSET),
    usdc: orNull(assetRule(USDC)),
    group: orNull(windows),
    transactions: orNull(fc.tuple(fc.nat(3), fc.nat(3))),
    ownWindows: windows,
    otherRecipients: fc.constantFrom('denied' as const, 'countersigned' as const),
    firstPayment: fc.constantFrom('as_any' as const, 'delayed' as const, 'countersigned' as const),
    lists: fc.boolean(),
    cooldownSeconds: orNull(fc.integer({ min: 1, max: 60 })),
    nearLimit: orNull(fc.record({ percent: fc.integer({ min: 1, max: 100 }), seconds: fc.constant(60), most: fc.nat(3) })),
    otherwise: orNull(fc.constantFrom('denied' as const, 'countersigned' as const)),
    expiresAtMs: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(null, NOW_MS + 1) }, fc.constant(NOW_MS - 1)),
  })
  .map(({ sol, usdc, group, transactions, ownWindows, lists, otherwise, ...rest }) =>
    aPolicy({
      ...rest,
      assets: usdc === null ? [sol] : [sol, usdc],
      groups:
        group === null
          ? []
          : [
              {
                name: 'all',
                scope: 'owner',
                members: [sol, ...(usdc ? [usdc] : [])].map(({ asset }) => ({ asset, weight: 2n })),
                windows: group,
              },
            ],
      transactions:
        transactions === null ? [] : [{ seconds: 60, autonomous: Math.min(...transactions), ceiling: Math.max(...transactions) }],
      recipients: [
        { address: MERCHANT, label: 'x', windows: ownWindows.map((window) => ({ ...window, asset: NATIVE_ASSET })) },
        { address: 'owner', label: 'y', windows: [] },
      ],
      programs: lists
        ? [
            {
              program: PROGRAM,
              label: 'z',
              instructions: [{ name: 'i', discriminator: 'aa', dataBytes: null, accounts: [] }],
              worstReturn: null,
            },
          ]
        : [],
      schedule: otherwise === null ? null : { timeZone: 'UTC', open: [{ days: ['wed'], from: '00:00', to: '12:01' }], otherwise },
    }),
  );

export const moves: fc.Arbitrary<AssetOutflow> = fc
  .record({
    amount,
    asset: fc.constantFrom(NATIVE_ASSET, NATIVE_ASSET, NATIVE_ASSET, NATIVE_ASSET, WRAPPED_NATIVE_ASSET, USDC),
    destination: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(MERCHANT, ADDRESSES.owner) },
      fc.constantFrom(SHOP, ADDRESSES.vault, null),
    ),
    spendingLimit: fc.oneof({ weight: 4, arbitrary: fc.constant(SPENDING_LIMIT) }, fc.constant(null)),
  })
  .map((patch): AssetOutflow => outflow(patch.amount, patch));
export const effect: fc.Arbitrary<Effect> = fc.oneof(
  { weight: 12, arbitrary: moves },
  fc.constantFrom<Effect>(
    fee(),
    call(),
    { kind: 'memo', instruction: 0, text: 'x' },
    { kind: 'own_move', instruction: 0, asset: NATIVE_ASSET, amount: 5n, from: ADDRESSES.vault, to: OWN_TOKEN_ACCOUNT },
    { kind: 'delegate_approval', instruction: 0, asset: USDC, amount: 5n, account: OWN_TOKEN_ACCOUNT, delegate: MERCHANT },
    { kind: 'delegate_revocation', instruction: 0, account: OWN_TOKEN_ACCOUNT },
    { kind: 'unknown', instruction: 0, program: null, reason: 'x' },
  ),
);
export interface Rest {
  readonly alone: bigint;
  readonly more: bigint;
  readonly ownerConsents: boolean;
  readonly delayServed: boolean;
  readonly simulation: SimulationReport | null;
  readonly history: DecisionFacts['history'];
}
export const rest: fc.Arbitrary<Rest> = fc.record({
  alone: little,
  more: little,
  ownerConsents: fc.boolean(),
  delayServed: fc.boolean(),
  simulation: orNull(little.map((out) => simulation({ vaultOutflows: [{ asset: NATIVE_ASSET, amount: out }] }))),
  history: fc.record({
    lastAloneAtMs: orNull(fc.constant(NOW_MS - 50_000)),
    paidBefore: fc.subarray([MERCHANT, ADDRESSES.owner]),
    denials: fc.nat(3),
    failuresInARow: fc.nat(3),
  }),
});
/** Usage of every window that any of the policies asks for. */
export const given = (
  effects: readonly Effect[],
  policy: AgentPolicy,
  { alone, more, ...others }: Rest,
  also: readonly AgentPolicy[] = [],
): DecisionFacts =>
  facts(effects, policy, {
    ...others,
    usage: [policy, ...also].flatMap((each) => [
      ...usage([...effects, call()], each, alone, alone + more),
      ...usage(effects, each, alone, alone + more),
    ]),
  });
export const some: fc.Arbitrary<Effect[]> = fc.oneof(
  fc.array(moves, { minLength: 1, maxLength: 2 }),
  fc.array(effect, { minLength: 1, maxLength: 5 }),
);
