import type { AgentPolicy } from '../agent-policy.ts';
import { NATIVE_ASSET } from '../asset.ts';
import { aPolicy, assetRule, EURC, MERCHANT, PROGRAM, SHOP, USDC } from './decision-facts.ts';

/** Every member of a policy, every list with something in it. */
export const full: AgentPolicy = aPolicy({
  expiresAtMs: Date.parse('2027-01-31T23:00:00Z'),
  assets: [
    assetRule(NATIVE_ASSET, { perTransaction: { autonomous: 100n, ceiling: 1_000n, delayed: { upTo: 300n, delaySeconds: 600 } } }),
    assetRule(USDC),
  ],
  groups: [
    {
      name: 'dollars',
      scope: 'wallet',
      members: [
        { asset: NATIVE_ASSET, weight: 150n },
        { asset: USDC, weight: 1n },
      ],
      windows: [{ seconds: 3_600, autonomous: 15_000n, ceiling: 30_000n }],
    },
    { name: 'weighed', scope: 'owner', members: [{ asset: USDC, weight: 2n }], windows: [{ seconds: 3_600, autonomous: 9n, ceiling: 9n }] },
  ],
  transactions: [{ seconds: 3_600, autonomous: 5, ceiling: 10 }],
  recipients: [
    { address: MERCHANT, label: 'Merchant', windows: [{ asset: NATIVE_ASSET, seconds: 3_600, autonomous: 50n, ceiling: 90n }] },
    { address: 'owner', label: 'Me', windows: [] },
  ],
  otherRecipients: 'countersigned',
  firstPayment: 'delayed',
  programs: [
    {
      program: PROGRAM,
      label: 'Swaps',
      instructions: [{ name: 'swap', discriminator: 'aabb', dataBytes: 16, accounts: [{ position: 0, is: 'vault' }] }],
      worstReturn: { group: 'weighed', percent: 95 },
    },
  ],
  schedule: { timeZone: 'Europe/Berlin', open: [{ days: ['mon', 'tue'], from: '08:00', to: '17:00' }], otherwise: 'countersigned' },
  cooldownSeconds: 60,
  nearLimit: { percent: 90, seconds: 3_600, most: 3 },
  failures: { inARow: 3, consequence: 'countersigned' },
  denials: { seconds: 600, freezeAt: 10, lockdownAt: 20 },
  fees: {
    perTransactionLamports: 10_000n,
    rentPerTransactionLamports: 2_039_280n,
    windows: [{ seconds: 86_400, ceilingLamports: 1_000_000n }],
  },
});

export type Path = readonly (string | number)[];
type Json = { readonly [name: string]: unknown };

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, name) => (at as Json)[String(name)], value);
}
export function withValue<T>(value: T, [name, ...rest]: Path, next: unknown): T {
  if (name === undefined) return next as T;
  const inner = withValue((value as Json)[String(name)], rest, next);
  return (Array.isArray(value) ? value.map((each, index) => (index === name ? inner : each)) : { ...value, [name]: inner }) as T;
}
/** Each makes a looser policy of the full one. */
export const LOOSENINGS: readonly (readonly [string, string, (policy: AgentPolicy) => AgentPolicy])[] = [
  ['ends later', 'expiresAt', (policy) => ({ ...policy, expiresAtMs: (policy.expiresAtMs ?? 0) + 1_000 })],
  ['never ends', 'expiresAt', (policy) => ({ ...policy, expiresAtMs: null })],
  ['another asset', `assets.${EURC}`, (policy) => ({ ...policy, assets: [...policy.assets, assetRule(EURC)] })],
  ...(['autonomous', 'ceiling', 'delayed.upTo'] as const).map(
    (name) =>
      [
        `more ${name}`,
        `assets.SOL.perTransaction.${name}`,
        (policy: AgentPolicy) => more(policy, ['assets', 0, 'perTransaction', ...name.split('.')]),
      ] as const,
  ),
  [
    'a shorter delay',
    'assets.SOL.perTransaction.delayed.delaySeconds',
    (policy) => withValue(policy, ['assets', 0, 'perTransaction', 'delayed', 'delaySeconds'], 599),
  ],
  [
    'a delay for what needed the owner',
    `assets.${USDC}.perTransaction.delayed`,
    (policy) => withValue(policy, ['assets', 1, 'perTransaction', 'delayed'], { upTo: 101n, delaySeconds: 2_592_000 }),
  ],
  [
    'a delay by which first payments no longer need the owner',
    `assets.${USDC}.perTransaction.delayed`,
    (policy) => withValue(policy, ['assets', 1, 'perTransaction', 'delayed'], { upTo: 100n, delaySeconds: 2_592_000 }),
  ],
  ['a longer window', 'assets.SOL.windows.86400', (policy) => withValue(policy, ['assets', 0, 'windows', 0, 'seconds'], 86_401)],
  ['more in a window', 'assets.SOL.windows.86400.ceiling', (policy) => more(policy, ['assets', 0, 'windows', 0, 'ceiling'])],
  ['no group', 'groups.dollars', (policy) => ({ ...policy, groups: policy.groups.slice(1) })],
  ['a group by another name', 'groups.dollars', (policy) => withValue(policy, ['groups', 0, 'name'], 'euros')],
  ['a group over one wallet', 'groups.weighed.scope', (policy) => withValue(policy, ['groups', 1, 'scope'], 'wallet')],
  ['a lighter member', 'groups.dollars.members.SOL.weight', (policy) => withValue(policy, ['groups', 0, 'members', 0, 'weight'], 149n)],
  [
    'a member that goes, with what its past payments used',
    'groups.dollars.members.SOL',
    (policy) => ({ ...withValue(policy, ['groups', 0, 'members'], policy.groups[0]?.members.slice(1)), assets: policy.assets.slice(1) }),
  ],
  [
    'a heavier member that programs are weighed by',
    `groups.weighed.members.${USDC}.weight`,
    (policy) => more(policy, ['groups', 1, 'members', 0, 'weight']),
  ],
  [
    'another member that programs are weighed by',
    'groups.weighed.members.SOL',
    (policy) => withValue(policy, ['groups', 1, 'members'], [...(policy.groups[1]?.members ?? []), { asset: NATIVE_ASSET, weight: 1n }]),
  ],
  ['more transactions', 'transactions.3600.autonomous', (policy) => withValue(policy, ['transactions', 0, 'autonomous'], 6)],
  ['no count of transactions', 'transactions.3600', (policy) => ({ ...policy, transactions: [] })],
  [
    'another recipient',
    `recipients.${SHOP}`,
    (policy) => ({ ...policy, recipients: [...policy.recipients, { address: SHOP, label: 'x', windows: [] }] }),
  ],
  [
    'a recipient without windows',
    `recipients.${MERCHANT}.windows.SOL.3600`,
    (policy) => withValue(policy, ['recipients', 0, 'windows'], []),
  ],
  [
    'one recipient fewer, whose look-alikes are strangers now',
    'recipients.owner',
    (policy) => ({ ...policy, recipients: policy.recipients.slice(0, 1) }),
  ],
  ['strangers', 'otherRecipients', (policy) => ({ ...policy, otherRecipients: 'countersigned' })],
  ['first payments as any', 'firstPayment', (policy) => ({ ...policy, firstPayment: 'as_any' })],
  [
    'another program',
    'programs',
    (policy) => ({ ...policy, programs: [...policy.programs, { program: SHOP, label: 'x', instructions: [], worstReturn: null }] }),
  ],
  [
    'a wider instruction',
    `programs.${PROGRAM}.instructions.swap`,
    (policy) => withValue(policy, ['programs', 0, 'instructions', 0, 'discriminator'], 'aa'),
  ],
  [
    'an instruction of any length',
    `programs.${PROGRAM}.instructions.swap`,
    (policy) => withValue(policy, ['programs', 0, 'instructions', 0, 'dataBytes'], null),
  ],
  [
    'an instruction with any accounts',
    `programs.${PROGRAM}.instructions.swap`,
    (policy) => withValue(policy, ['programs', 0, 'instructions', 0, 'accounts'], []),
  ],
  [
    'less that comes back',
    `programs.${PROGRAM}.worstReturn.percent`,
    (policy) => withValue(policy, ['programs', 0, 'worstReturn', 'percent'], 94),
  ],
  ['nothing that comes back', `programs.${PROGRAM}.worstReturn`, (policy) => withValue(policy, ['programs', 0, 'worstReturn'], null)],
  [
    'another group to weigh by',
    `programs.${PROGRAM}.worstReturn.group`,
    (policy) => withValue(policy, ['programs', 0, 'worstReturn', 'group'], 'dollars'),
  ],
  ['any hour', 'schedule', (policy) => ({ ...policy, schedule: null })],
  ['a minute more', 'schedule.open', (policy) => withValue(policy, ['schedule', 'open', 0, 'to'], '17:01')],
  [
    'the night',
    'schedule.open',
    (policy) => withValue(policy, ['schedule', 'open', 0], { days: ['mon', 'tue'], from: '17:00', to: '08:00' }),
  ],
  ['another time zone', 'schedule.timeZone', (policy) => withValue(policy, ['schedule', 'timeZone'], 'Europe/Paris')],
  ['a shorter cooldown', 'cooldownSeconds', (policy) => ({ ...policy, cooldownSeconds: 59 })],
  ['no cooldown', 'cooldownSeconds', (policy) => ({ ...policy, cooldownSeconds: null })],
  ['a nearer limit', 'nearLimit.percent', (policy) => withValue(policy, ['nearLimit', 'percent'], 91)],
  ['a shorter look at the limit', 'nearLimit.seconds', (policy) => withValue(policy, ['nearLimit', 'seconds'], 3_599)],
  ['more failures', 'failures.inARow', (policy) => withValue(policy, ['failures', 'inARow'], 4)],
  ['more denials', 'denials.freezeAt', (policy) => withValue(policy, ['denials', 'freezeAt'], 11)],
  ['no lockdown', 'denials.lockdownAt', (policy) => withValue(policy, ['denials', 'lockdownAt'], null)],
  ['higher fees', 'fees.perTransactionLamports', (policy) => more(policy, ['fees', 'perTransactionLamports'])],
  ['more rent', 'fees.rentPerTransactionLamports', (policy) => more(policy, ['fees', 'rentPerTransactionLamports'])],
  ['more fees in a window', 'fees.windows.86400.ceilingLamports', (policy) => more(policy, ['fees', 'windows', 0, 'ceilingLamports'])],
  ['more signatures', 'signaturesPerMinute', (policy) => ({ ...policy, signaturesPerMinute: 61 })],
];
function more(policy: AgentPolicy, path: Path): AgentPolicy {
  return withValue(policy, path, (valueAt(policy, path) as bigint) + 1n);
}
