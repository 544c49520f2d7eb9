import { formatOwnerStatement, type OwnerStatement, parseOwnerStatement, resumeExpiryMs, type StatementHead } from '@countersign/core';
import type { Problems } from './collect-problems.ts';

/** What the statement must say; expiry and nonce are the service's to choose. */
export type ExpectedStatement = OwnerStatement extends infer Statement
  ? Statement extends OwnerStatement
    ? Omit<Statement, keyof StatementHead>
    : never
  : never;

/** Longest validity that is signed, so that a signature is not good for long after it was given. */
const LONGEST_MS = 24 * 3_600_000;
/** How far this machine's clock and the service's may be apart. */
const CLOCK_SLACK_MS = 30_000;

/** The statement must be exactly the text that these values make, still valid, and not for longer than a day. */
export function checkStatement(
  text: string | null,
  expected: ExpectedStatement & { readonly network: string; readonly wallet: string },
  nowMs: number,
  problems: Problems,
): OwnerStatement | null {
  if (text === null) {
    problems.add('there is no statement to sign');
    return null;
  }
  const parsed = parseOwnerStatement(text);
  if (!parsed.ok) {
    problems.add(`the statement is not in its one form: it ${'problem' in parsed.error ? String(parsed.error.problem) : 'is unreadable'}`);
    return null;
  }
  const { expiresAtMs, nonce } = parsed.value;
  problems.expect(
    formatOwnerStatement({ ...expected, expiresAtMs, nonce } as OwnerStatement) === text,
    `the statement says something else than was checked:\n${text}`,
  );
  problems.expect(expiresAtMs > nowMs, 'the statement has expired (or the clock of this machine is wrong)');
  problems.expect(expiresAtMs <= nowMs + LONGEST_MS, 'the statement is valid for more than a day (or the clock of this machine is wrong)');
  // A later end would let whoever keeps the statement back lift a freeze that comes after it.
  if (expected.action === 'unfreeze')
    problems.expect(
      expiresAtMs <= resumeExpiryMs(nowMs + CLOCK_SLACK_MS),
      'the statement ends later than one that was made just now (or the clock of this machine is wrong)',
    );
  return parsed.value;
}
