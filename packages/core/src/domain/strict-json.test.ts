import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from './strict-json.ts';

describe('parseStrictJson', () => {
  test('reads what JSON.parse reads, for values without ambiguity', () => {
    fc.assert(
      fc.property(
        fc
          .jsonValue({ noUnicodeString: false, maxDepth: 4 })
          .filter((value) => !/[:,[](-0|-?[0-9.]+e|-?[0-9]+\.)/.test(JSON.stringify([value]))),
        (value) => {
          const text = JSON.stringify(value);
          const parsed = parseStrictJson(text);
          if (/__proto__|constructor|prototype/.test(text) || /[0-9]{16,}/.test(text)) return;
          expect(parsed).toEqual({ ok: true, value: JSON.parse(text) });
        },
      ),
    );
  });
  test.each([
    '{"a":1,"a":2}',
    '{"a":{"b":1,"b":1}}',
    '{"a":1,"\\u0061":2}',
    '[{"x":1},{"y":1,"y":2}]',
    '{"a" :1, "a"\n:2}',
    '{"__proto__":{}}',
    '1.5',
    '1e3',
    '-0',
    '9007199254740993',
    '['.repeat(40) + ']'.repeat(40),
    '{"a":1}x',
    '',
    'NaN',
  ])('refuses %j', (text) => {
    expect(parseStrictJson(text).ok).toBe(false);
  });
  test('a string that looks like a second name is no name', () => {
    expect(parseStrictJson('{"a":"a","b":["a","a"]}').ok).toBe(true);
  });
  test('a doubled name is found whatever stands before its colon (INVARIANT I5)', () => {
    for (const gap of [' ', '\n'.repeat(100), '\t '.repeat(5_000)])
      expect(parseStrictJson(`{"amount"${gap}:"1","amount"${gap}:"2"}`)).toMatchObject({ ok: false, error: { code: 'malformed_body' } });
  });
  test('zero has one spelling', () => {
    expect(parseStrictJson('{"a":-0}').ok).toBe(false);
    expect(parseStrictJson('{"a":0}').ok).toBe(true);
  });
});
