import type { AgentPolicy, AmountWindow, AssetRule, CountWindow, FailureRule } from '@countersign/core';
import fc from 'fast-check';
import { WINDOW_SECONDS } from './arbitrary-policy.ts';

/** Which of several, and how much of it is left: a hundredth. */
interface Draw {
  readonly which: number;
  readonly percent: number;
}
export interface Tightening {
  readonly name: string;
  tighten(policy: AgentPolicy): AgentPolicy;
}

const part = (amount: bigint, { percent }: Draw): bigint => (amount * BigInt(percent)) / 100n;
const count = (most: number, { percent }: Draw): number => Math.floor((most * percent) / 100);
const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** The list with one member changed; the same list when it is empty. */
function change<T>(list: readonly T[], { which }: Draw, to: (value: T) => T): readonly T[] {
  return list.map((value, index) => (index === which % list.length ? to(value) : value));
}
function without<T>(list: readonly T[], { which }: Draw): readonly T[] {
  return list.filter((_, index) => index !== which % list.length);
}
/** One more window, of a length that is not there yet. */
function oneMore<Window extends { readonly seconds: number }>(
  windows: readonly Window[],
  { which }: Draw,
  make: (seconds: number) => Window,
): readonly Window[] {
  const free = WINDOW_SECONDS.filter((seconds) => !windows.some((window) => window.seconds === seconds));
  const seconds = free[which % Math.max(1, free.length)];
  return seconds === undefined ? windows : [...windows, make(seconds)];
}
const ofAsset =
  (to: (rule: AssetRule, draw: Draw) => AssetRule) =>
  (policy: AgentPolicy, draw: Draw): AgentPolicy => ({ ...policy, assets: change(policy.assets, draw, (rule) => to(rule, draw)) });
const lowerAutonomous = (window: AmountWindow, draw: Draw): AmountWindow => ({ ...window, autonomous: part(window.autonomous, draw) });
const lowerCeiling = (window: AmountWindow, draw: Draw): AmountWindow => {
  const ceiling = part(window.ceiling, draw);
  return { ...window, ceiling, autonomous: least(window.autonomous, ceiling) };
};
const lowerCount = (window: CountWindow, draw: Draw): CountWindow => {
  const ceiling = count(window.ceiling, draw);
  return { ...window, ceiling, autonomous: Math.min(count(window.autonomous, draw), ceiling) };
};
const small = (draw: Draw): { readonly autonomous: bigint; readonly ceiling: bigint } => ({
  autonomous: BigInt(draw.percent),
  ceiling: BigInt(draw.percent * 10),
});
function failureRule(inARow: number, what: FailureRule['consequence']): FailureRule {
  return { inARow, consequence: what };
}

/** Each allows a subset of what the policy allowed before. Weights stay as they are where a program is weighed by them. */
const TIGHTENINGS: { readonly [name: string]: (policy: AgentPolicy, draw: Draw) => AgentPolicy } = {
  'lower what one transaction may have alone': ofAsset((rule, draw) => ({
    ...rule,
    perTransaction: { ...rule.perTransaction, autonomous: part(rule.perTransaction.autonomous, draw) },
  })),
  'lower the ceiling of one transaction': ofAsset((rule, draw) => {
    const { autonomous, delayed, ceiling: before } = rule.perTransaction;
    const ceiling = part(before, draw);
    return {
      ...rule,
      perTransaction: {
        autonomous: least(autonomous, ceiling),
        ceiling,
        delayed: delayed && { ...delayed, upTo: least(delayed.upTo, ceiling) },
      },
    };
  }),
  'lower the delayed amount': ofAsset((rule, draw) => {
    const { autonomous, delayed } = rule.perTransaction;
    return {
      ...rule,
      perTransaction: {
        ...rule.perTransaction,
        delayed: delayed && { ...delayed, upTo: autonomous + part(delayed.upTo - autonomous, draw) },
      },
    };
  }),
  'remove the delay': ofAsset((rule) => ({ ...rule, perTransaction: { ...rule.perTransaction, delayed: null } })),
  'lengthen the delay': ofAsset((rule) => {
    const { delayed } = rule.perTransaction;
    return {
      ...rule,
      perTransaction: { ...rule.perTransaction, delayed: delayed && { ...delayed, delaySeconds: delayed.delaySeconds + 60 } },
    };
  }),
  'lower what a window lets alone': ofAsset((rule, draw) => ({
    ...rule,
    windows: change(rule.windows, draw, (window) => lowerAutonomous(window, draw)),
  })),
  'lower the ceiling of a window': ofAsset((rule, draw) => ({
    ...rule,
    windows: change(rule.windows, draw, (window) => lowerCeiling(window, draw)),
  })),
  'add a window': ofAsset((rule, draw) => ({ ...rule, windows: oneMore(rule.windows, draw, (seconds) => ({ seconds, ...small(draw) })) })),
  'remove an asset': (policy, draw) => ({ ...policy, assets: without(policy.assets, draw) }),
  'lower a group': (policy, draw) => ({
    ...policy,
    groups: change(policy.groups, draw, (group) => ({
      ...group,
      windows: change(group.windows, draw, (window) => lowerCeiling(window, draw)),
    })),
  }),
  'add a window to a group': (policy, draw) => ({
    ...policy,
    groups: change(policy.groups, draw, (group) => ({
      ...group,
      windows: oneMore(group.windows, draw, (seconds) => ({ seconds, ...small(draw) })),
    })),
  }),
  'add a group': (policy, draw) => ({
    ...policy,
    groups: [
      ...policy.groups,
      {
        name: 'more',
        scope: 'wallet',
        members: policy.assets.map(({ asset }) => ({ asset, weight: 1n })),
        windows: [{ seconds: 86_400, ...small(draw) }],
      },
    ],
  }),
  'raise a weight': (policy, draw) =>
    policy.programs.some(({ worstReturn }) => worstReturn !== null)
      ? policy
      : {
          ...policy,
          groups: change(policy.groups, draw, (group) => ({
            ...group,
            members: change(group.members, draw, (member) => ({ ...member, weight: member.weight + 1n })),
          })),
        },
  'allow fewer transactions': (policy, draw) => ({
    ...policy,
    transactions: change(policy.transactions, draw, (window) => lowerCount(window, draw)),
  }),
  'count transactions in one more window': (policy, draw) => ({
    ...policy,
    transactions: oneMore(policy.transactions, draw, (seconds) => ({ seconds, autonomous: draw.which % 3, ceiling: draw.which % 5 })),
  }),
  // Where others are countersigned, a recipient who is removed loses their own windows and their protection against look-alikes.
  'remove a recipient': (policy, draw) =>
    policy.otherRecipients === 'countersigned' ? policy : { ...policy, recipients: without(policy.recipients, draw) },
  'add a window for a recipient': (policy, draw) => ({
    ...policy,
    recipients: change(policy.recipients, draw, (recipient) => ({
      ...recipient,
      windows: [...recipient.windows, ...policy.assets.slice(0, 1).map(({ asset }) => ({ asset, seconds: 7_200, ...small(draw) }))],
    })),
  }),
  'lower a window of a recipient': (policy, draw) => ({
    ...policy,
    recipients: change(policy.recipients, draw, (recipient) => ({
      ...recipient,
      windows: change(recipient.windows, draw, (window) => ({ ...window, ...lowerCeiling(window, draw) })),
    })),
  }),
  'deny others': (policy) => ({ ...policy, otherRecipients: 'denied' }),
  'delay first payments': (policy) => ({ ...policy, firstPayment: policy.firstPayment === 'as_any' ? 'delayed' : policy.firstPayment }),
  'countersign first payments': (policy) => ({ ...policy, firstPayment: 'countersigned' }),
  'remove a program': (policy, draw) => ({ ...policy, programs: without(policy.programs, draw) }),
  'remove an instruction': (policy, draw) => ({
    ...policy,
    programs: change(policy.programs, draw, (program) => ({ ...program, instructions: without(program.instructions, draw) })),
  }),
  'ask for more back': (policy, draw) => ({
    ...policy,
    programs: change(policy.programs, draw, (program) => {
      const group = policy.groups[0]?.name;
      const { worstReturn } = program;
      if (worstReturn !== null)
        return { ...program, worstReturn: { ...worstReturn, percent: worstReturn.percent + count(100 - worstReturn.percent, draw) } };
      return group === undefined ? program : { ...program, worstReturn: { group, percent: draw.percent } };
    }),
  }),
  'keep hours': (policy) =>
    policy.schedule === null
      ? { ...policy, schedule: { timeZone: 'UTC', open: [{ days: ['mon'], from: '08:00', to: '17:00' }], otherwise: 'countersigned' } }
      : policy,
  'shorten hours': (policy, draw) => ({
    ...policy,
    schedule: policy.schedule && { ...policy.schedule, open: without(policy.schedule.open, draw) },
  }),
  'deny outside hours': (policy) => ({ ...policy, schedule: policy.schedule && { ...policy.schedule, otherwise: 'denied' } }),
  'lengthen the cooldown': (policy, draw) => ({ ...policy, cooldownSeconds: (policy.cooldownSeconds ?? 0) + draw.which + 1 }),
  'watch the limit': (policy, draw) => ({
    ...policy,
    nearLimit: policy.nearLimit ?? { percent: draw.percent + 1, seconds: 86_400, most: draw.which % 3 },
  }),
  'watch the limit more closely': (policy, draw) => ({
    ...policy,
    nearLimit: policy.nearLimit && {
      ...policy.nearLimit,
      percent: Math.max(1, count(policy.nearLimit.percent, draw)),
      most: count(policy.nearLimit.most, draw),
    },
  }),
  'mind failures': (policy, draw) => ({
    ...policy,
    failures: failureRule(Math.max(1, count(policy.failures?.inARow ?? 5, draw)), policy.failures?.consequence ?? 'countersigned'),
  }),
  'mind denials': (policy, draw) => ({
    ...policy,
    denials: {
      ...(policy.denials ?? { seconds: 3_600, lockdownAt: null }),
      freezeAt: Math.max(1, count(policy.denials?.freezeAt ?? 5, draw)),
    },
  }),
  'lower fees': (policy, draw) => ({
    ...policy,
    fees: {
      ...policy.fees,
      perTransactionLamports: part(policy.fees.perTransactionLamports, draw),
      rentPerTransactionLamports: part(policy.fees.rentPerTransactionLamports, draw),
    },
  }),
  'add a window of fees': (policy, draw) => ({
    ...policy,
    fees: {
      ...policy.fees,
      windows: oneMore(policy.fees.windows, draw, (seconds) => ({ seconds, ceilingLamports: BigInt(draw.percent) * 1_000n })),
    },
  }),
  'let it end': (policy, draw) => ({
    ...policy,
    expiresAtMs: Math.min(policy.expiresAtMs ?? Number.MAX_SAFE_INTEGER, 1_789_500_000_000 + draw.which * 10_000_000),
  }),
};

/** One to three ways to allow less. */
export const arbitraryTightening: fc.Arbitrary<Tightening> = fc
  .array(fc.record({ name: fc.constantFrom(...Object.keys(TIGHTENINGS)), which: fc.nat({ max: 100 }), percent: fc.nat({ max: 99 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((draws) => ({
    name: draws.map(({ name }) => name).join(', '),
    tighten: (policy) => draws.reduce((tighter, draw) => TIGHTENINGS[draw.name]?.(tighter, draw) ?? tighter, policy),
  }));
