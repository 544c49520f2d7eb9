import { type AgentPolicy, formatPolicy, parsePolicy } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lintPolicy } from '../../../core/src/domain/lint-policy.ts';
import { arbitraryPolicy, arbitraryPolicyText, NOW_MS } from '../../src/arbitraries/index.ts';
import { MANY } from './evaluate.ts';

/** What every accepted policy is, however odd its text. */
function expectSound(policy: AgentPolicy): void {
  const limits = [
    ...policy.assets.flatMap(({ perTransaction, windows }) => [perTransaction, ...windows]),
    ...policy.groups.flatMap(({ windows }) => windows),
    ...policy.recipients.flatMap(({ windows }) => windows),
  ];
  for (const { autonomous, ceiling } of limits) {
    expect(typeof autonomous === 'bigint' && typeof ceiling === 'bigint' && autonomous >= 0n).toBe(true);
    expect(autonomous <= ceiling).toBe(true);
  }
  for (const { autonomous, ceiling } of policy.transactions) expect(autonomous <= ceiling).toBe(true);
  expect(new Set(policy.assets.map(({ asset }) => asset)).size).toBe(policy.assets.length);
  expect(new Set(policy.recipients.map(({ address }) => address)).size).toBe(policy.recipients.length);
}

describe('the text of a policy (INVARIANT I5)', () => {
  test('what is written is read again as the same policy, and written the same', () => {
    fc.assert(
      fc.property(arbitraryPolicy, (policy) => {
        const text = formatPolicy(policy);
        expect(parsePolicy(text)).toEqual({ ok: true, value: policy });
        expect(parsePolicy(JSON.stringify(JSON.parse(text)))).toEqual({ ok: true, value: policy });
      }),
      MANY,
    );
  });
  test('no text makes the reader throw; unknown and doubled members are refused; what is accepted is sound', () => {
    let accepted = 0;
    fc.assert(
      fc.property(arbitraryPolicyText, ({ text, mustRefuse }) => {
        const parsed = parsePolicy(text);
        if (!parsed.ok) {
          expect(parsed.error.code).toBe('policy_invalid');
          return;
        }
        accepted += 1;
        expect(mustRefuse).toBe(false);
        expectSound(parsed.value);
        expect(parsePolicy(formatPolicy(parsed.value))).toEqual(parsed);
        expect(Array.isArray(lintPolicy(parsed.value, NOW_MS))).toBe(true);
      }),
      { numRuns: 6_000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
  test('hostile sizes are answered quickly', () => {
    const hostile = [
      '['.repeat(16_000),
      '{"a":'.repeat(3_000),
      `"${'\\ud800'.repeat(2_600)}"`,
      `[${'1,'.repeat(8_000)}1]`,
      `{"version":${'9'.repeat(16_000)}}`,
      ' '.repeat(16_384),
      `{${'"a":1,'.repeat(2_000)}"a":1}`,
    ];
    for (const text of hostile) {
      const startMs = performance.now();
      expect(parsePolicy(text).ok).toBe(false);
      expect(performance.now() - startMs).toBeLessThan(1_000);
    }
  });
});
