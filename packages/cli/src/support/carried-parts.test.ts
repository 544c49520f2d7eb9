import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { qrLines } from '../output/qr-codes.ts';
import { fromParts, isComplete, MOST_CARRIED_BYTES, toParts } from './carried-parts.ts';

const DOCUMENT = JSON.stringify({ format: 'x', text: Array.from({ length: 600 }, (_, index) => (index * 7919) % 1_000).join('-') });

describe('what is carried in parts', () => {
  test('any text comes back, from parts in any order, doubled, and with anything between them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3_000 }), fc.infiniteStream(fc.nat()), (text, order) => {
        const parts = toParts(text);
        const shuffled = [...parts, ...parts]
          .map((part) => ({ part, at: order.next().value ?? 0 }))
          .sort((one, other) => one.at - other.at);
        const carried = shuffled.map(({ part }) => `> ${part}\r\n`).join('scanned: ');
        expect(isComplete(carried)).toBe(true);
        expect(fromParts(carried)).toEqual({ ok: true, value: text });
      }),
      { numRuns: 100 },
    );
  });
  test('each fits one code of 77 columns, which a terminal of 80 shows', () => {
    for (const part of toParts(DOCUMENT)) for (const line of qrLines(part, false)) expect([...line].length).toBeLessThanOrEqual(77);
  });
  test('a part that is missing is named; parts of two documents, a changed one and a bomb are refused', () => {
    const parts = toParts(DOCUMENT);
    expect(parts.length).toBeGreaterThan(2);
    expect(isComplete(parts.slice(1).join('\n'))).toBe(false);
    expect(fromParts(parts.slice(1).join('\n'))).toMatchObject({ error: { message: expect.stringContaining('missing: 1') } });
    const [other = ''] = toParts(`${DOCUMENT} `);
    expect(fromParts([...parts, other].join('\n'))).toMatchObject({ error: { message: expect.stringContaining('different documents') } });
    const [first = '', second = '', ...rest] = parts;
    const changed = second.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect(fromParts([first, changed, ...rest].join('\n'))).toMatchObject({ ok: false });
    expect(fromParts([...parts, changed].join('\n'))).toMatchObject({ error: { message: 'part 2 is damaged' } });
    const bomb = deflateRawSync(Buffer.alloc(MOST_CARRIED_BYTES + 1)).toString('base64url');
    expect(fromParts(`countersign-part 1/1 00000000 ${bomb}`)).toMatchObject({ ok: false });
  });
});
