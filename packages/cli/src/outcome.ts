import type { Result } from './result.ts';

/** What the process exits with; docs/cli.md lists them. */
export const EXIT_CODES: {
  readonly ok: 0;
  readonly unexpected: 1;
  readonly usage: 2;
  readonly denied: 3;
  readonly notFound: 4;
  readonly conflict: 5;
  readonly unavailable: 6;
  readonly aborted: 7;
  readonly unverified: 8;
} = { ok: 0, unexpected: 1, usage: 2, denied: 3, notFound: 4, conflict: 5, unavailable: 6, aborted: 7, unverified: 8 };
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Why a command did not do what it was asked. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** Public code: the service's, or `usage`, `aborted`, `refused_to_sign`, `unreachable`, `unverified`, … of this tool. */
  readonly code: string;
  /** One line: what was wrong. */
  readonly message: string;
  /** One line: what to do. */
  readonly remedy: string;
  /** Lines for people that go to standard output before the error, such as the budgets of a denied payment. */
  readonly details?: readonly string[];
  /** The whole problem document of the service, for `--json`. */
  readonly problem?: { readonly [name: string]: unknown };
}

/** What a command answers: one document for machines, and the same in lines for people. */
export interface Answer {
  readonly json: unknown;
  readonly lines: readonly string[];
  /** Where an answer is no success: a doctor that found something. */
  readonly exitCode?: ExitCode;
}
export type Outcome = Result<Answer, Failure>;

export function answer(json: unknown, lines: readonly string[], exitCode: ExitCode = EXIT_CODES.ok): Outcome {
  return { ok: true, value: { json, lines, exitCode } };
}

export function failed(failure: Failure): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error: failure };
}

/** Wrong use of the command line. */
export function misuse(message: string, remedy: string): { readonly ok: false; readonly error: Failure } {
  return failed({ exitCode: EXIT_CODES.usage, code: 'usage', message, remedy });
}

/** The owner said no, could not be asked, or this tool would not let them sign. */
export function aborted(message: string, remedy: string): { readonly ok: false; readonly error: Failure } {
  return failed({ exitCode: EXIT_CODES.aborted, code: 'aborted', message, remedy });
}
