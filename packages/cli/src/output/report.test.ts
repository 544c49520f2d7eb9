import { describe, expect, test } from 'vitest';
import { answer, failed, misuse, type Outcome } from '../outcome.ts';
import type { Terminal } from '../terminal.ts';
import { duration } from './duration.ts';
import { plain } from './plain-text.ts';
import { report } from './report.ts';
import { table } from './table.ts';

function reported(
  outcome: Outcome,
  json: boolean,
  colour = false,
): { readonly code: number; readonly out: string; readonly notes: string } {
  let out = '';
  let notes = '';
  const terminal: Terminal = {
    print: (text) => {
      out += text;
    },
    note: (line) => {
      notes += `${line}\n`;
    },
    interactive: false,
    colour,
    ask: async () => null,
    askLines: async () => '',
    askSecret: async () => null,
  };
  return { code: report(outcome, terminal, json), out, notes };
}

describe('what is printed', () => {
  test('an answer: lines for people, one document for machines', () => {
    expect(reported(answer({ a: 1 }, ['one', 'two']), false)).toEqual({ code: 0, out: 'one\ntwo\n', notes: '' });
    expect(JSON.parse(reported(answer({ a: 1 }, ['one']), true).out)).toEqual({ a: 1 });
  });
  test('a failure: one line on the error stream, or the problem document', () => {
    expect(reported(misuse('that is wrong.', 'do this'), false)).toEqual({
      code: 2,
      out: '',
      notes: 'countersign: that is wrong: do this\n',
    });
    const document = JSON.parse(
      reported(
        failed({ exitCode: 3, code: 'payment_denied', message: 'no', remedy: 'ask', problem: { status: 403, violations: [] } }),
        true,
      ).out,
    );
    expect(document).toMatchObject({ code: 'payment_denied', status: 403, violations: [], exitCode: 3 });
  });
  test('attack: text from elsewhere can neither move the cursor nor turn the line around', () => {
    const { out } = reported(answer({}, ['\u001b[2Jgone', 'a\u202eb', 'a\u200bb', 'x\r\ny']), false);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(out).not.toMatch(/[\u001b\u202e\u200b\r]/);
    expect(plain('grün, 日本, €')).toBe('grün, 日本, €');
  });
  test('colour only where it was asked for', () => {
    const lines = [...table(['asset', 'amount'], [['SOL', '1']]), '✓ done', '✗ not'];
    expect(reported(answer({}, lines), false).out).not.toContain('\u001b');
    expect(reported(answer({}, lines), false, true).out).toContain('\u001b[1mASSET  AMOUNT\u001b[0m');
  });
  test('durations in the largest unit that divides them', () => {
    expect([1, 60, 5_400, 86_400, 604_800, 90].map(duration)).toEqual([
      '1 second',
      '1 minute',
      '90 minutes',
      '1 day',
      '7 days',
      '90 seconds',
    ]);
  });
});
