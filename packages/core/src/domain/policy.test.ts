import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPolicy, MAX_POLICY_BYTES, parsePolicy, policyDocument, policyJsonSchema } from './policy.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { ADDRESSES } from './test-support/decision-facts.ts';

const MERCHANT = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
const valid = {
  version: 1,
  assets: [
    { asset: 'SOL', perTransaction: { autonomous: '5', ceiling: '10' }, windows: [{ seconds: 86_400, autonomous: '20', ceiling: '40' }] },
  ],
  recipients: [{ address: MERCHANT, label: 'Merchant' }],
  otherRecipients: 'denied',
  fees: { perTransactionLamports: '10000', rentPerTransactionLamports: '0' },
  signaturesPerMinute: 60,
};
const problems = (text: string): readonly { path: string; problem: string }[] => {
  const parsed = parsePolicy(text);
  if (parsed.ok) return [];
  return parsed.error.code === 'policy_invalid' ? parsed.error.problems : [{ path: '', problem: parsed.error.code }];
};
const change = (patch: object): string => JSON.stringify({ ...valid, ...patch });

describe('parsePolicy', () => {
  test('reads a valid policy into bigints', () => {
    const parsed = parsePolicy(JSON.stringify(valid));
    expect(parsed.ok && parsed.value.assets[0]?.windows[0]?.ceiling).toBe(40n);
  });
  test.each([
    ['an unknown field', change({ extra: 1 }), ''],
    ['another version', change({ version: 2 }), 'version'],
    [
      'an amount that is a number',
      change({ fees: { perTransactionLamports: 1, rentPerTransactionLamports: '0' } }),
      'fees.perTransactionLamports',
    ],
    [
      'a negative amount',
      change({ fees: { perTransactionLamports: '-1', rentPerTransactionLamports: '0' } }),
      'fees.perTransactionLamports',
    ],
    [
      'an amount with a leading zero',
      change({ fees: { perTransactionLamports: '01', rentPerTransactionLamports: '0' } }),
      'fees.perTransactionLamports',
    ],
    [
      'an amount of 2^64',
      change({ fees: { perTransactionLamports: '18446744073709551616', rentPerTransactionLamports: '0' } }),
      'fees.perTransactionLamports',
    ],
    [
      'autonomous above ceiling',
      change({ assets: [{ ...valid.assets[0], perTransaction: { autonomous: '11', ceiling: '10' } }] }),
      'assets.0.perTransaction',
    ],
    ['no window', change({ assets: [{ ...valid.assets[0], windows: [] }] }), 'assets.0.windows'],
    ['the same asset twice', change({ assets: [valid.assets[0], valid.assets[0]] }), 'assets.1'],
    ['a recipient that is no address', change({ recipients: [{ address: 'merchant.sol', label: 'x' }] }), 'recipients.0.address'],
    ['a label with a bidirectional override', change({ recipients: [{ address: MERCHANT, label: 'a\u202eb' }] }), 'recipients.0.label'],
    ['signatures without bound', change({ signaturesPerMinute: 1e9 }), 'signaturesPerMinute'],
  ])('refuses %s and names the place', (_name, text, path) => {
    expect(problems(text).map((problem) => problem.path)).toContain(path);
  });
  test('refuses a name that stands twice, which two readers may read differently', () => {
    const text = JSON.stringify(valid).replace('"version":1', '"version":1,"version":1');
    expect(problems(text)[0]?.problem).toContain('twice');
  });
  test.each(['', '[]', 'null', '"x"', '{', '{"__proto__": 1}'])('refuses %j', (text) => {
    expect(problems(text).length).toBeGreaterThan(0);
  });
});

const MINT = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const PROGRAM = 'JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4';
const asset = { ...valid.assets[0], perTransaction: { autonomous: '5', ceiling: '10', delayed: { upTo: '7', delaySeconds: 60 } } };
const full = {
  ...valid,
  expiresAt: '2027-01-31T23:00:00Z',
  assets: [asset, { ...asset, asset: MINT }],
  groups: [
    {
      name: 'dollars',
      scope: 'owner',
      members: [
        { asset: 'SOL', weight: '150' },
        { asset: MINT, weight: '1' },
      ],
      windows: [{ seconds: 86_400, autonomous: '1', ceiling: '10000000000000000000000000000000000000' }],
    },
  ],
  transactions: [{ seconds: 60, autonomous: 5, ceiling: 6 }],
  recipients: [
    { address: MERCHANT, label: 'Merchant', windows: [{ asset: 'SOL', seconds: 60, autonomous: '1', ceiling: '2' }] },
    { address: 'owner', label: 'Me' },
  ],
  firstPayment: 'delayed',
  programs: [
    {
      program: PROGRAM,
      label: 'Exchange',
      instructions: [
        {
          name: 'route',
          discriminator: 'e517cb977ae3ad2a',
          dataBytes: 24,
          accounts: [
            { position: 1, is: 'vault' },
            { position: 2, is: MINT },
          ],
        },
      ],
      worstReturn: { group: 'dollars', percent: 98 },
    },
  ],
  schedule: { timeZone: 'Europe/Berlin', open: [{ days: ['mon', 'fri'], from: '22:00', to: '06:00' }], otherwise: 'countersigned' },
  cooldownSeconds: 5,
  nearLimit: { percent: 90, seconds: 3_600, most: 3 },
  failures: { inARow: 3, consequence: 'freeze' },
  denials: { seconds: 300, freezeAt: 20, lockdownAt: 40 },
  fees: { ...valid.fees, windows: [{ seconds: 86_400, ceilingLamports: '5000000' }] },
};
type Json = { [name: string]: Json } | Json[] | string | number | boolean | null;
/** The full document with one member replaced; the path as in a problem. */
function altered(path: string, value: unknown): string {
  const copy = structuredClone(full) as unknown as { [name: string]: Json };
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<{ [name: string]: Json }>((at, name) => at[name] as { [name: string]: Json }, copy);
  parent[last] = value as Json;
  return JSON.stringify(copy);
}

describe('the full document', () => {
  test('is valid', () => expect(problems(JSON.stringify(full))).toEqual([]));
  test('written and read again it is the same policy', () => {
    for (const document of [valid, full]) {
      const policy = parsePolicy(JSON.stringify(document));
      if (!policy.ok) throw new Error('invalid');
      expect(policyDocument(policy.value)).toEqual(document);
      expect(parsePolicy(formatPolicy(policy.value))).toEqual(policy);
    }
  });
  test('also where it is too long to be indented', () => {
    const windows = Array.from({ length: 8 }, (_, index) => ({ seconds: 60 + index, autonomous: '1', ceiling: '18446744073709551615' }));
    const alphabet = '123456789ABCDEFG';
    const many = {
      ...valid,
      assets: Array.from({ length: 16 }, (_, index) => ({ ...asset, asset: MERCHANT.slice(0, -1) + alphabet.charAt(index), windows })),
    };
    const policy = parsePolicy(JSON.stringify(many));
    if (!policy.ok) throw new Error(JSON.stringify(policy.error));
    const text = formatPolicy(policy.value);
    expect(JSON.stringify(policyDocument(policy.value), null, 2).length).toBeGreaterThan(MAX_POLICY_BYTES);
    expect(parsePolicy(text)).toEqual(policy);
  });
  const refused: readonly (readonly [string, unknown, (string | null)?])[] = [
    ['assets.0.asset', 'So11111111111111111111111111111111111111112'],
    ['assets.0.perTransaction.delayed.upTo', '4', 'assets.0.perTransaction.delayed.upTo'],
    ['assets.0.perTransaction.delayed.upTo', '11'],
    ['assets.0.perTransaction.delayed.delaySeconds', 59],
    ['assets.0.perTransaction.delayed', null],
    ['assets.0.windows.0.seconds', 31_536_001],
    ['assets.0.windows.0.autonomous', '41', 'assets.0.windows.0'],
    ['assets.0.windows', [valid.assets[0]?.windows[0], valid.assets[0]?.windows[0]]],
    ['expiresAt', '2027-02-30T00:00:00Z'],
    ['expiresAt', '2027-01-31T23:00:00.000Z'],
    ['expiresAt', '2027-01-31T23:00:00+01:00'],
    ['expiresAt', null],
    ['groups.0.members.1.asset', 'SOL', 'groups.0.members.1'],
    ['groups.0.members.1.asset', PROGRAM],
    ['groups.0.members.0.weight', '0'],
    ['groups.0.members.0.weight', '1000000000000000001'],
    ['groups.0.windows.0.ceiling', '10000000000000000000000000000000000001'],
    ['groups.0.windows.0.autonomous', '10000000000000000000000000000000000000', null],
    ['groups.0.members', []],
    ['groups.0.scope', 'everybody'],
    ['groups', [...full.groups, ...full.groups], 'groups.1.name'],
    ['groups', Array.from({ length: 5 }, (_, index) => ({ ...full.groups[0], name: `g${index}` }))],
    ['transactions.0.autonomous', 7, 'transactions.0'],
    ['transactions.0.ceiling', 1_000_001],
    ['transactions', [...full.transactions, ...full.transactions]],
    ['recipients.1.address', MERCHANT, 'recipients.1'],
    ['recipients.1.address', 'Owner'],
    ['recipients.0.windows.0.asset', PROGRAM],
    ['recipients.0.windows.0.autonomous', '3', 'recipients.0.windows.0'],
    ['recipients.0.windows', [...(full.recipients[0]?.windows ?? []), ...(full.recipients[0]?.windows ?? [])], 'recipients.0.windows.1'],
    ['firstPayment', 'denied'],
    ['programs.0.program', '11111111111111111111111111111111'],
    ['programs.0.program', 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'],
    ['programs.0.worstReturn.group', 'euros'],
    ['programs.0.worstReturn.percent', 101],
    ['programs', [...full.programs, ...full.programs], 'programs.1'],
    ['programs.0.instructions.0.discriminator', 'E517'],
    ['programs.0.instructions.0.discriminator', ''],
    ['programs.0.instructions.0.discriminator', '00'.repeat(17)],
    ['programs.0.instructions.0.dataBytes', 7],
    ['programs.0.instructions.0.accounts.1.position', 1, 'programs.0.instructions.0.accounts.1'],
    ['programs.0.instructions.0.accounts.1.is', 'owner'],
    ['schedule.timeZone', 'Europe/Nowhere'],
    ['schedule.timeZone', '+01:00'],
    ['schedule.open.0.from', '24:00'],
    ['schedule.open.0.to', '9:00'],
    ['schedule.open.0.days', ['mon', 'mon'], 'schedule.open.0.days.1'],
    ['schedule.open.0.days', []],
    ['cooldownSeconds', 0],
    ['nearLimit.percent', 101],
    ['nearLimit.most', -1],
    ['failures.inARow', 0],
    ['failures.consequence', 'nothing'],
    ['denials.lockdownAt', 19],
    ['denials.freezeAt', 1.5, ''],
    ['fees.windows.0.ceilingLamports', 1],
    ['fees.windows', [...full.fees.windows, ...full.fees.windows]],
    ['schedule.extra', 1, 'schedule'],
  ];
  test.each(refused.map(([path, value, place = path]) => ({ path, value, place })))(
    'refuses $path: $value at its place',
    ({ path, value, place }) => {
      const found = problems(altered(path, value));
      if (place === null) expect(found).toEqual([]);
      else expect(found.map((problem) => problem.path)).toContain(place);
    },
  );
  test('wrapped SOL is refused in words that help', () => {
    expect(problems(altered('assets.0.asset', 'So11111111111111111111111111111111111111112'))[0]?.problem).toContain('list "SOL" instead');
  });
  test('a document too long is refused unread', () => {
    expect(problems(`${JSON.stringify(valid)}${' '.repeat(MAX_POLICY_BYTES)}`)[0]?.problem).toContain('longer');
  });
  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((each) => change(each)),
        ),
        (text) => void parsePolicy(text),
      ),
    );
    const names = Object.keys(full);
    fc.assert(fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => void parsePolicy(altered(name, value))));
  });
});

describe('policyJsonSchema', () => {
  test('is what docs/spec/policy.schema.json holds', () => {
    const written: unknown = JSON.parse(readFileSync(new URL('../../../../docs/spec/policy.schema.json', import.meta.url), 'utf8'));
    expect(written).toEqual(policyJsonSchema());
  });
});

describe('resolvePolicy', () => {
  test('the owner listed twice is one recipient with the windows of both', () => {
    const twice = altered('recipients.0.address', ADDRESSES.owner);
    const policy = parsePolicy(twice);
    if (!policy.ok) throw new Error('invalid');
    expect(resolvePolicy(policy.value, ADDRESSES).recipients).toEqual([
      { address: ADDRESSES.owner, label: 'Merchant', windows: policy.value.recipients[0]?.windows },
    ]);
  });
});
