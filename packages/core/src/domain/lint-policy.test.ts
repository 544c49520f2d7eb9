import { describe, expect, test } from 'vitest';
import type { Address } from './address.ts';
import { tokenAsset } from './asset.ts';
import { lintPolicy } from './lint-policy.ts';
import { parsePolicy } from './policy.ts';
import { POLICY_PRESETS, policyPreset } from './policy-presets.ts';

const NOW_MS = Date.parse('2027-01-15T12:00:00Z');
const MERCHANT = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' as Address;
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v' as Address;

type Json = { readonly [name: string]: unknown };
const DAY_WINDOW = { seconds: 86_400, autonomous: '500', ceiling: '4000' };
const PER_TRANSACTION = { autonomous: '100', ceiling: '1000' };
const SOL: Json = { asset: 'SOL', perTransaction: PER_TRANSACTION, windows: [DAY_WINDOW] };
const TOKEN: Json = { ...SOL, asset: USDC };
const GROUP: Json = {
  name: 'all',
  scope: 'wallet',
  members: [
    { asset: 'SOL', weight: '1' },
    { asset: USDC, weight: '2' },
  ],
  windows: [{ seconds: 86_400, autonomous: '900', ceiling: '9000' }],
};
const PROGRAM: Json = {
  program: 'JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4',
  label: 'Swaps',
  instructions: [{ name: 'route', discriminator: 'e517cb977ae3ad2a' }],
  worstReturn: { group: 'all', percent: 98 },
};
const ONE_FAILURE: Json = { failures: { inARow: 1, consequence: 'freeze' } };
const CLEAN: Json = {
  version: 1,
  assets: [SOL, TOKEN],
  recipients: [{ address: MERCHANT, label: 'Merchant' }],
  otherRecipients: 'denied',
  fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '2039280' },
  signaturesPerMinute: 60,
};

function lint(change: Json): readonly string[] {
  const policy = parsePolicy(JSON.stringify({ ...CLEAN, ...change }));
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  return lintPolicy(policy.value, NOW_MS).map(({ severity, path, problem, remedy }) => {
    expect(problem).toMatch(/^.+\.$/);
    expect(remedy).toMatch(/^.+\.$/);
    return `${severity} ${path}`;
  });
}
const sol = (change: Json): Json => ({ assets: [{ ...SOL, ...change }] });
const delayed = (upTo: string, delaySeconds = 3_600): Json => ({ perTransaction: { ...PER_TRANSACTION, delayed: { upTo, delaySeconds } } });
const grouped = (change: Json): Json => ({ groups: [{ ...GROUP, ...change }] });
const called = (change: Json): Json => ({ groups: [GROUP], programs: [{ ...PROGRAM, ...change }] });
const recipient = (window: Json): Json => ({
  recipients: [
    { address: MERCHANT, label: 'Merchant', windows: [{ asset: 'SOL', seconds: 86_400, autonomous: '0', ceiling: '50', ...window }] },
  ],
});
const hours = (open: unknown, otherwise: string): Json => ({ schedule: { timeZone: 'UTC', open, otherwise } });
const ALL_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const fees = (change: Json): Json => ({ fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '2039280', ...change } });

describe('what is found', () => {
  const found: readonly (readonly [name: string, change: Json, findings: readonly string[]])[] = [
    ['no asset', { assets: [] }, ['error assets']],
    ['nobody to pay', { recipients: [] }, ['error recipients']],
    ['nobody whom the agent may pay alone', { recipients: [], otherRecipients: 'countersigned' }, ['warning recipients']],
    ['a first payment delayed without any delay', { firstPayment: 'delayed' }, ['error firstPayment']],
    [
      'a first payment delayed without a delay for one asset',
      { firstPayment: 'delayed', assets: [{ ...SOL, ...delayed('200') }, TOKEN] },
      ['warning assets.1.perTransaction'],
    ],
    ['a ceiling of 0', sol({ perTransaction: { autonomous: '0', ceiling: '0' } }), ['error assets.0.perTransaction.ceiling']],
    ['a delay for nothing', sol(delayed('100')), ['error assets.0.perTransaction.delayed.upTo']],
    [
      'a delay for amounts that no window lets alone',
      sol({ ...delayed('200'), windows: [{ ...DAY_WINDOW, autonomous: '100' }] }),
      ['error assets.0.perTransaction.delayed.upTo'],
    ],
    ['a delayed amount over the window', sol(delayed('501')), ['warning assets.0.windows.0.autonomous']],
    [
      'an autonomous amount over the ceiling of a window',
      sol({ windows: [{ seconds: 86_400, autonomous: '99', ceiling: '99' }] }),
      ['error assets.0.windows.0.ceiling'],
    ],
    [
      'an autonomous amount over the window',
      sol({ windows: [{ ...DAY_WINDOW, autonomous: '99' }] }),
      ['warning assets.0.windows.0.autonomous'],
    ],
    ['a ceiling over the window', sol({ windows: [{ ...DAY_WINDOW, ceiling: '999' }] }), ['warning assets.0.windows.0.ceiling']],
    ['a window shorter than the delay', sol(delayed('200', 86_401)), ['warning assets.0.windows.0.seconds']],
    [
      'a longer window with less',
      sol({ windows: [DAY_WINDOW, { seconds: 604_800, autonomous: '499', ceiling: '3999' }] }),
      ['warning assets.0.windows.0.autonomous', 'warning assets.0.windows.0.ceiling', 'warning assets.0.windows.1.autonomous'],
    ],
    [
      'an hour in which the chain lets a whole day leave',
      sol({ windows: [DAY_WINDOW, { seconds: 3_600, autonomous: '499', ceiling: '4000' }] }),
      ['warning assets.0.windows.1.autonomous'],
    ],
    [
      'a week in which the chain lets seven days leave',
      sol({ windows: [DAY_WINDOW, { seconds: 604_800, autonomous: '3499', ceiling: '9000' }] }),
      ['warning assets.0.windows.1.autonomous'],
    ],
    ['no window that the chain knows', sol({ windows: [{ ...DAY_WINDOW, seconds: 3_600 }] }), ['error assets.0.windows']],
    ['a group of one', grouped({ members: [{ asset: 'SOL', weight: '1' }] }), ['warning groups.0.members']],
    [
      'a weight over the ceiling of the group',
      grouped({
        members: [
          { asset: 'SOL', weight: '9001' },
          { asset: USDC, weight: '1' },
        ],
      }),
      ['error groups.0.members.0.weight'],
    ],
    [
      'a weight over what the agent may do alone',
      grouped({
        members: [
          { asset: 'SOL', weight: '901' },
          { asset: USDC, weight: '1' },
        ],
      }),
      ['error groups.0.members.0.weight'],
    ],
    [
      'an autonomous amount over the group',
      grouped({
        members: [
          { asset: 'SOL', weight: '10' },
          { asset: USDC, weight: '1' },
        ],
      }),
      ['warning groups.0.members.0.weight'],
    ],
    [
      'a longer window of a group with less',
      grouped({
        windows: [
          { seconds: 3_600, autonomous: '901', ceiling: '9000' },
          { seconds: 86_400, autonomous: '900', ceiling: '9000' },
        ],
      }),
      ['warning groups.0.windows.0.autonomous'],
    ],
    ['a recipient who can be paid nothing', recipient({ ceiling: '0' }), ['error recipients.0.windows.0.ceiling']],
    ['a recipient with more than everybody together', recipient({ ceiling: '4001' }), ['warning recipients.0.windows.0.ceiling']],
    ['a program without instructions', called({ instructions: [] }), ['error programs.0.instructions']],
    ['a program that need bring nothing back', called({ worstReturn: undefined }), ['warning programs.0.worstReturn']],
    ['0 percent back', called({ worstReturn: { group: 'all', percent: 0 } }), ['warning programs.0.worstReturn.percent']],
    ['100 percent back', called({ worstReturn: { group: 'all', percent: 100 } }), ['warning programs.0.worstReturn.percent']],
    ['never open, else denied', hours([], 'denied'), ['error schedule.open']],
    ['never open, else countersigned', hours([], 'countersigned'), ['warning schedule.open']],
    [
      'always open',
      hours(
        [
          { days: ALL_DAYS, from: '00:00', to: '12:00' },
          { days: ALL_DAYS, from: '12:00', to: '00:00' },
        ],
        'denied',
      ),
      ['warning schedule.open'],
    ],
    ['always open over midnight', hours([{ days: ALL_DAYS, from: '08:00', to: '08:00' }], 'denied'), ['warning schedule.open']],
    ['an end in the past', { expiresAt: '2027-01-15T12:00:00Z' }, ['error expiresAt']],
    ['an end soon', { expiresAt: '2027-01-22T11:59:59Z' }, ['warning expiresAt']],
    ['no transaction', { transactions: [{ seconds: 60, autonomous: 0, ceiling: 0 }] }, ['error transactions.0.ceiling']],
    ['no transaction alone', { transactions: [{ seconds: 60, autonomous: 0, ceiling: 1 }] }, ['warning transactions.0.autonomous']],
    [
      'a signer slower than the window',
      { transactions: [{ seconds: 61, autonomous: 121, ceiling: 121 }] },
      ['warning signaturesPerMinute'],
    ],
    [
      'a cooldown that the window never meets',
      { cooldownSeconds: 600, transactions: [{ seconds: 3_600, autonomous: 8, ceiling: 8 }] },
      ['warning transactions.0.autonomous'],
    ],
    [
      'a longer window of fewer transactions',
      {
        transactions: [
          { seconds: 3_600, autonomous: 5, ceiling: 9 },
          { seconds: 60, autonomous: 6, ceiling: 9 },
        ],
      },
      ['warning transactions.1.autonomous'],
    ],
    ['a percentage that is not near', { nearLimit: { percent: 49, seconds: 3_600, most: 2 } }, ['warning nearLimit.percent']],
    ['a percentage of all', { nearLimit: { percent: 100, seconds: 3_600, most: 2 } }, ['warning nearLimit.percent']],
    ['no payment near the limit', { nearLimit: { percent: 90, seconds: 3_600, most: 0 } }, ['warning nearLimit.most']],
    [
      'more payments near the limit than the cooldown allows',
      { cooldownSeconds: 3_600, nearLimit: { percent: 90, seconds: 3_600, most: 2 } },
      ['warning nearLimit.most'],
    ],
    ['one failure', ONE_FAILURE, ['warning failures.inARow']],
    ['one denial', { denials: { seconds: 3_600, freezeAt: 1 } }, ['warning denials.freezeAt']],
    ['a lockdown with the freeze', { denials: { seconds: 3_600, freezeAt: 5, lockdownAt: 5 } }, ['warning denials.lockdownAt']],
    ['a fee that nothing costs', fees({ perTransactionLamports: '9999' }), ['error fees.perTransactionLamports']],
    ['a fee under three signatures', fees({ perTransactionLamports: '14999' }), ['warning fees.perTransactionLamports']],
    ['a rent under a token account', fees({ rentPerTransactionLamports: '2039279' }), ['warning fees.rentPerTransactionLamports']],
    ['fees for nothing', fees({ windows: [{ seconds: 3_600, ceilingLamports: '9999' }] }), ['error fees.windows.0.ceilingLamports']],
    [
      'fees for less than one payment',
      fees({ windows: [{ seconds: 3_600, ceilingLamports: '2139279' }] }),
      ['warning fees.windows.0.ceilingLamports'],
    ],
  ];
  test.each(found)('%s', (_name, change, findings) => {
    expect(lint(change)).toEqual(findings);
  });
  test('errors come first', () => {
    expect(lint({ denials: { seconds: 3_600, freezeAt: 1 }, assets: [], ...ONE_FAILURE })).toEqual([
      'error assets',
      'warning failures.inARow',
      'warning denials.freezeAt',
    ]);
  });
});

describe('what is in order', () => {
  const fine: readonly (readonly [name: string, change: Json])[] = [
    ['a plain policy', {}],
    [
      'the agent pays nothing alone',
      sol({ perTransaction: { autonomous: '0', ceiling: '10' }, windows: [{ ...DAY_WINDOW, autonomous: '0' }] }),
    ],
    ['nothing is countersigned', sol({ perTransaction: { autonomous: '100', ceiling: '100' } })],
    ['no rent where no token is listed', { ...sol({}), ...fees({ rentPerTransactionLamports: '0' }) }],
    ['all three routes', sol(delayed('500'))],
    ['a group of one over all wallets of the owner', grouped({ scope: 'owner', members: [{ asset: 'SOL', weight: '1' }] })],
    ['a group', { groups: [GROUP] }],
    ['a program', called({})],
    ['office hours', hours([{ days: ['mon'], from: '22:00', to: '06:00' }], 'denied')],
    ['an end in a week', { expiresAt: '2027-01-22T12:00:00Z' }],
    ['a signer just quick enough', { transactions: [{ seconds: 61, autonomous: 120, ceiling: 121 }] }],
    ['a cooldown just short enough', { cooldownSeconds: 600, transactions: [{ seconds: 3_600, autonomous: 7, ceiling: 8 }] }],
    ['the hour of a chain that lets no more leave', sol({ windows: [DAY_WINDOW, { seconds: 3_600, autonomous: '500', ceiling: '4000' }] })],
  ];
  test.each(fine)('%s', (_name, change) => {
    expect(lint(change)).toEqual([]);
  });
  const choices = [
    { recipients: [], assets: [] },
    {
      recipients: [{ address: MERCHANT, label: 'Merchant' }],
      assets: [
        { asset: 'SOL', daily: 1_000n },
        { asset: tokenAsset(USDC), daily: 2n ** 60n },
      ],
    },
  ] as const;
  test.each(POLICY_PRESETS.flatMap((name) => choices.map((choice) => [name, choice] as const)))('the preset %s', (name, choice) => {
    const policy = parsePolicy(policyPreset(name, choice as unknown as Parameters<typeof policyPreset>[1]));
    if (!policy.ok) throw new Error(JSON.stringify(policy.error));
    expect(lintPolicy(policy.value, NOW_MS)).toEqual([]);
  });
});
