import { describe, expect, test } from 'vitest';
import { sha256Hex } from './hash.ts';
import type { RequestId } from './ids.ts';
import { formatOwnerStatement, parseOwnerStatement, statementLine } from './owner-statement.ts';

const statement = {
  action: 'install-policy',
  network: '11111111111111111111111111111111',
  wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  revision: 7,
  policySha256: 'a'.repeat(64),
  boundsSha256: 'b'.repeat(64),
  expiresAtMs: Date.parse('2026-11-22T12:00:00Z'),
  nonce: '0'.repeat(32),
} as const;
const text = formatOwnerStatement(statement);

describe('owner statement (INVARIANT I6)', () => {
  test('is the readable text of the specification', () => {
    expect(text.split('\n')).toEqual([
      'Countersign owner statement v1',
      'action: install-policy',
      `network: ${statement.network}`,
      `wallet: ${statement.wallet}`,
      'revision: 7',
      `policy-sha256: ${'a'.repeat(64)}`,
      `bounds-sha256: ${'b'.repeat(64)}`,
      'expires: 2026-11-22T12:00:00Z',
      `nonce: ${'0'.repeat(32)}`,
      '',
    ]);
  });
  test('reads back', () => expect(parseOwnerStatement(text)).toEqual({ ok: true, value: statement }));
  const lines = text.slice(0, -1).split('\n');
  test.each(lines.map((line, index) => [line, index] as const))('without the line %s it is refused', (_line, index) => {
    expect(parseOwnerStatement(`${lines.filter((_, at) => at !== index).join('\n')}\n`).ok).toBe(false);
  });
  test.each(lines.map((line, index) => [line, index] as const))('with the line %s twice it is refused', (line, index) => {
    expect(parseOwnerStatement(`${[...lines.slice(0, index), line, ...lines.slice(index)].join('\n')}\n`).ok).toBe(false);
  });
  test.each([
    ['no last line feed', text.slice(0, -1)],
    ['carriage returns', text.replaceAll('\n', '\r\n')],
    ['a trailing space', text.replace('revision: 7', 'revision: 7 ')],
    ['a leading zero', text.replace('revision: 7', 'revision: 07')],
    ['upper-case hex', text.replace('a'.repeat(64), 'A'.repeat(64))],
    ['a day that is not', text.replace('2026-11-22', '2026-02-31')],
    ['another action with these lines', text.replace('install-policy', 'unfreeze')],
    ['an inherited name as action', text.replace('install-policy', 'constructor')],
    ['swapped lines', `${[lines[0], lines[1], lines[3], lines[2], ...lines.slice(4)].join('\n')}\n`],
  ])('refuses %s', (_name, changed) => expect(parseOwnerStatement(changed).ok).toBe(false));
});

describe('a line of a statement', () => {
  test.each([
    ['a plain sentence', 'Send 5 lamports to X.', 'Send 5 lamports to X.'],
    ['letters of all kinds', 'Zahle 5 € an Müller 东京 𝄞.', 'Zahle 5 € an Müller 东京 𝄞.'],
    ['what turns the direction of reading', 'Pay \u202e5', 'Pay \\u{202e}5'],
    ['what ends a line', 'a\nb\r\u2028c', 'a\\u{a}b\\u{d}\\u{2028}c'],
    ['half a surrogate pair', 'a\ud800b', 'a\\u{d800}b'],
    ['nothing', '', '-'],
  ])('%s', (_name, sentence, line) => expect(statementLine(sentence)).toBe(line));
  test('a sentence that is too long is cut, and bound by its hash', () => {
    const [one, other] = [`${'x'.repeat(600)}1`, `${'x'.repeat(600)}2`];
    expect(statementLine('x'.repeat(600))).toBe('x'.repeat(600));
    expect(statementLine(one)).toBe(`${'x'.repeat(500)}… (sha256 ${sha256Hex(one)})`);
    expect(statementLine(one)).not.toBe(statementLine(other));
  });
  test('whatever is said, it stands on one line of a statement', () => {
    for (const said of ['a\u0000\u200b\u{e0001}b', 'x'.repeat(5_000), '\ud800', '𝄞'.repeat(700)]) {
      const effects = [statementLine(said)];
      const text = formatOwnerStatement({
        ...{ action: 'approve-request', network: statement.network, wallet: statement.wallet, effects },
        ...{ request: 'tx_01KAQ0ZJ5M8Y7W6V5T4S3R2Q1P' as RequestId, policySha256: 'a'.repeat(64), messageSha256: 'b'.repeat(64) },
        ...{ expiresAtMs: statement.expiresAtMs, nonce: statement.nonce },
      });
      expect(parseOwnerStatement(text)).toMatchObject({ ok: true, value: { effects } });
    }
  });
});
