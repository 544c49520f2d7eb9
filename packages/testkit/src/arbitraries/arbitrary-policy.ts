import {
  type Address,
  type AgentPolicy,
  type AmountWindow,
  type AssetGroup,
  type AssetId,
  type AssetRule,
  type CountWindow,
  type FailureRule,
  NATIVE_ASSET,
  type ProgramRule,
  type RecipientRule,
  type Schedule,
} from '@countersign/core';
import fc from 'fast-check';
import { ASSETS, PEOPLE, PROGRAM } from './cast.ts';

export const MAX_U64: bigint = 2n ** 64n - 1n;
/** Lengths of generated windows; usage is generated for these. */
export const WINDOW_SECONDS: readonly number[] = [60, 3_600, 86_400, 604_800, 2_592_000, 31_536_000];

/** Base units from nothing to 2^64 − 1, mostly small enough that two of them meet the same limits. */
export const arbitraryAmount: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 2_000n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 63n, MAX_U64 - 1n, MAX_U64) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: MAX_U64 }) },
);

const ascending = (one: bigint, other: bigint): number => (one < other ? -1 : one > other ? 1 : 0);
const arbitraryLimit = fc
  .tuple(arbitraryAmount, arbitraryAmount)
  .map(([one, other]) => (one <= other ? { autonomous: one, ceiling: other } : { autonomous: other, ceiling: one }));
const lengths = (most: number, least: number): fc.Arbitrary<readonly number[]> =>
  fc.uniqueArray(fc.constantFrom(...WINDOW_SECONDS), { minLength: least, maxLength: most });

function amountWindows(most: number, least: number): fc.Arbitrary<readonly AmountWindow[]> {
  return lengths(most, least).chain((all) =>
    fc.tuple(...all.map((seconds) => arbitraryLimit.map((limit): AmountWindow => ({ seconds, ...limit })))),
  );
}

/** Amounts of one transaction in order, and windows that have room for some of them, or any windows. */
function assetRule(asset: AssetId): fc.Arbitrary<AssetRule> {
  return fc
    .record({
      amounts: fc.tuple(arbitraryAmount, arbitraryAmount, arbitraryAmount).map((three) => [...three].sort(ascending)),
      delaySeconds: fc.option(fc.integer({ min: 60, max: 2_592_000 })),
      any: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: amountWindows(3, 1) }),
      roomy: fc.tuple(lengths(3, 1), fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 6, maxLength: 6 })),
    })
    .map(({ amounts, delaySeconds, any, roomy: [all, times] }): AssetRule => {
      const [autonomous = 0n, upTo = 0n, ceiling = 0n] = amounts;
      const delayed = delaySeconds === null ? null : { upTo, delaySeconds };
      const windows = all.map((seconds, index): AmountWindow => {
        const alone = inU64((delayed?.upTo ?? autonomous) * BigInt(times[index] ?? 1));
        const most = inU64(ceiling * BigInt(times[index + 3] ?? 1));
        return { seconds, autonomous: alone < most ? alone : most, ceiling: most };
      });
      return { asset, perTransaction: { autonomous, delayed, ceiling }, windows: any ?? windows };
    });
}

const inU64 = (amount: bigint): bigint => (amount < MAX_U64 ? amount : MAX_U64);

function groupOf(name: string, assets: readonly AssetId[]): fc.Arbitrary<AssetGroup> {
  return fc.record({
    name: fc.constant(name),
    scope: fc.constantFrom('wallet', 'owner'),
    members: fc
      .uniqueArray(fc.constantFrom(...assets), { minLength: 1 })
      .chain((members) =>
        fc.tuple(
          ...members.map((asset) =>
            fc
              .oneof({ weight: 7, arbitrary: fc.bigInt({ min: 1n, max: 5n }) }, { weight: 1, arbitrary: fc.constant(10n ** 18n) })
              .map((weight) => ({ asset, weight })),
          ),
        ),
      ),
    windows: lengths(2, 1).chain((all) =>
      fc.tuple(
        ...all.map((seconds) =>
          fc
            .tuple(arbitraryLimit, fc.constantFrom(1n, 10n, 1_000n, 10n ** 17n, 10n ** 17n))
            .map(
              ([{ autonomous, ceiling }, times]): AmountWindow => ({ seconds, autonomous: autonomous * times, ceiling: ceiling * times }),
            ),
        ),
      ),
    ),
  });
}

const LABELS: readonly string[] = ['Merchant', 'Frau Müller (Köln)', "O'Neil & Sons", '东京 7', 'a.b_c-d'];
function recipientRule(address: Address | 'owner', assets: readonly AssetId[]): fc.Arbitrary<RecipientRule> {
  return fc.record({ address: fc.constant(address), label: fc.constantFrom(...LABELS), windows: recipientWindows(assets) });
}

function recipientWindows(assets: readonly AssetId[]): fc.Arbitrary<RecipientRule['windows']> {
  if (assets.length === 0) return fc.constant([]);
  const window = fc
    .record({ asset: fc.constantFrom(...assets), seconds: fc.constantFrom(...WINDOW_SECONDS), limit: arbitraryLimit })
    .map(({ asset, seconds, limit }) => ({ asset, seconds, ...limit }));
  return fc.oneof(fc.constant([]), fc.uniqueArray(window, { maxLength: 2, selector: ({ asset, seconds }) => `${asset} ${seconds}` }));
}

function countWindows(): fc.Arbitrary<readonly CountWindow[]> {
  return lengths(2, 0).chain((all) =>
    fc.tuple(
      ...all.map((seconds) =>
        fc
          .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
          .map(([one, other]): CountWindow => ({ seconds, autonomous: Math.min(one, other), ceiling: Math.max(one, other) })),
      ),
    ),
  );
}

/** Two shapes of one program; the second asks for its accounts. */
function programRule(groups: readonly string[]): fc.Arbitrary<ProgramRule> {
  const shapes: ProgramRule['instructions'] = [
    { name: 'swap', discriminator: 'aa', dataBytes: null, accounts: [] },
    {
      name: 'stake',
      discriminator: 'bbcc',
      dataBytes: 10,
      accounts: [
        { position: 0, is: 'vault' },
        { position: 1, is: 'own_token_account' },
      ],
    },
  ];
  return fc
    .record({
      instructions: fc.subarray([...shapes]),
      percent: fc.option(fc.integer({ min: 0, max: 100 })),
      group: groups.length === 0 ? fc.constant(null) : fc.constantFrom(...groups),
    })
    .map(({ instructions, percent, group }) => ({
      program: PROGRAM,
      label: 'Swaps',
      instructions,
      worstReturn: percent === null || group === null ? null : { group, percent },
    }));
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const TIMES: readonly string[] = ['00:00', '02:30', '08:00', '12:00', '17:45', '23:59'];
export const arbitrarySchedule: fc.Arbitrary<Schedule> = fc.record({
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'),
  open: fc.array(
    fc.record({
      days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 }),
      from: fc.constantFrom(...TIMES),
      to: fc.constantFrom(...TIMES),
    }),
    { maxLength: 4 },
  ),
  otherwise: fc.constantFrom('denied', 'countersigned'),
});

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const windowLength = fc.constantFrom(...WINDOW_SECONDS);

/** Any policy that `parsePolicy` lets through, over the assets and people of the cast. */
export const arbitraryPolicy: fc.Arbitrary<AgentPolicy> = fc
  .oneof({ weight: 9, arbitrary: fc.subarray([...ASSETS], { minLength: 1 }) }, { weight: 1, arbitrary: fc.constant([] as AssetId[]) })
  .chain((assets) =>
    (assets.length === 0
      ? fc.constant([])
      : fc.oneof(fc.constant([]), fc.constant([]), fc.subarray(['all', 'some'], { minLength: 1 }))
    ).chain((groups) =>
      fc
        .record({
          assets: fc.tuple(...assets.map(assetRule)),
          groups: fc.tuple(...groups.map((name) => groupOf(name, assets))),
          transactions: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: countWindows() }),
          recipients: fc
            .oneof(
              { weight: 5, arbitrary: fc.subarray<Address | 'owner'>([...PEOPLE.slice(0, 2), 'owner'], { minLength: 1 }) },
              { weight: 1, arbitrary: fc.constant<(Address | 'owner')[]>([]) },
            )
            .chain((people) => fc.tuple(...people.map((address) => recipientRule(address, assets)))),
          otherRecipients: fc.constantFrom('denied', 'countersigned'),
          firstPayment: fc.constantFrom('as_any', 'as_any', 'delayed', 'countersigned'),
          programs: fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.tuple(programRule(groups)) }),
          schedule: seldom(arbitrarySchedule),
          cooldownSeconds: seldom(fc.integer({ min: 1, max: 100_000 })),
          nearLimit: seldom(
            fc.record({ percent: fc.integer({ min: 1, max: 100 }), seconds: windowLength, most: fc.integer({ min: 0, max: 5 }) }),
          ),
          failures: seldom(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom('countersigned', 'freeze')).map(failureRule)),
          denials: seldom(
            fc
              .record({ seconds: windowLength, freezeAt: fc.integer({ min: 1, max: 5 }), more: fc.option(fc.integer({ min: 0, max: 5 })) })
              .map(({ seconds, freezeAt, more }) => ({ seconds, freezeAt, lockdownAt: more === null ? null : freezeAt + more })),
          ),
          fees: fc.record({
            perTransactionLamports: fc.oneof({ weight: 5, arbitrary: fc.constant(100_000n) }, { weight: 1, arbitrary: arbitraryAmount }),
            rentPerTransactionLamports: fc.oneof(
              { weight: 5, arbitrary: fc.constant(2_039_280n) },
              { weight: 1, arbitrary: arbitraryAmount },
            ),
            windows: fc.oneof(
              fc.constant([]),
              lengths(2, 0).chain((all) =>
                fc.tuple(...all.map((seconds) => arbitraryAmount.map((amount) => ({ seconds, ceilingLamports: inU64(amount * 10_000n) })))),
              ),
            ),
          }),
          signaturesPerMinute: fc.integer({ min: 1, max: 6_000 }),
          expiresAtMs: seldom(fc.integer({ min: 1_780_000_000, max: 1_900_000_000 }).map((seconds) => seconds * 1_000)),
        })
        .map((policy): AgentPolicy => ({ version: 1, ...policy })),
    ),
  );

function failureRule([inARow, what]: readonly [number, FailureRule['consequence']]): FailureRule {
  return { inARow, consequence: what };
}

/** A policy with room: what is left to object are amounts and lists. */
export const arbitraryCalmPolicy: fc.Arbitrary<AgentPolicy> = arbitraryPolicy.map((policy) => ({
  ...policy,
  expiresAtMs: null,
  schedule: null,
  failures: null,
  denials: null,
  fees: { perTransactionLamports: 100_000n, rentPerTransactionLamports: 2_039_280n, windows: [] },
}));

export const SOL: AssetId = NATIVE_ASSET;
