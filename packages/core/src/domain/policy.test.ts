import { describe, expect, test } from 'vitest';
import { parsePolicy } from './policy.ts';

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
