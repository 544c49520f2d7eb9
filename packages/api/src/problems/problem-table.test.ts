import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderErrorsPage } from './errors-page.ts';
import type { Refusal } from './problem-codes.ts';
import { PROBLEM_CODES, PROBLEMS } from './problem-table.ts';
import { toProblem } from './to-problem.ts';

const root = new URL('../../../../', import.meta.url);

describe('the table of problems', () => {
  test('has every code of the domain', () => {
    const source = readFileSync(new URL('packages/core/src/domain/errors.ts', root), 'utf8');
    const declared = [
      ...source.slice(source.indexOf('interface ErrorContexts'), source.indexOf('export type ErrorCode')).matchAll(/^ {2}(\w+):/gm),
    ];
    const codes = declared.map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(30);
    for (const code of codes) expect(PROBLEM_CODES).toContain(code);
  });

  test('gives each a status, a title and a remedy of its own', () => {
    const titles = PROBLEM_CODES.map((code) => PROBLEMS[code].title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const code of PROBLEM_CODES) {
      const { status, title, remedy } = PROBLEMS[code];
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(remedy).toMatch(/\.$/);
    }
  });

  test('docs/errors.md is what the table says (else: node packages/api/src/problems/write-errors-page.ts)', () => {
    expect(readFileSync(new URL('docs/errors.md', root), 'utf8')).toBe(renderErrorsPage());
  });

  test('says nothing of what an adapter said about machines', () => {
    const canary = 'postgresql://user:canary@10.0.0.7:5432';
    for (const code of [
      'signer_unavailable',
      'chain_unavailable',
      'chain_rejected',
      'simulation_failed',
      'nodes_disagree',
      'database_unavailable',
      'clock_disagrees',
      'undecodable_message',
      'decoded_differently',
      'signer_refused',
    ] as const) {
      const refusal = { code, problem: canary, mayHaveLanded: true, signerCode: 'suspended' } as unknown as Refusal;
      expect(JSON.stringify(toProblem(refusal, 'r'))).not.toContain('canary');
    }
  });
});
