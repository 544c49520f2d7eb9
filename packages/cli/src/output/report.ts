import { EXIT_CODES, type ExitCode, type Failure, type Outcome } from '../outcome.ts';
import type { Terminal } from '../terminal.ts';
import { plain } from './plain-text.ts';

/** Prints an outcome once and gives the exit code: with `json` exactly one document on standard output, else lines for people. */
export function report(outcome: Outcome, terminal: Terminal, json: boolean): ExitCode {
  if (outcome.ok) {
    const { value } = outcome;
    if (json) terminal.print(`${JSON.stringify(value.json, null, 2)}\n`);
    else for (const line of value.lines) terminal.print(`${terminal.colour ? emphasize(plain(line)) : plain(line)}\n`);
    return value.exitCode ?? EXIT_CODES.ok;
  }
  const { error } = outcome;
  if (json) terminal.print(`${JSON.stringify(problemDocument(error), null, 2)}\n`);
  else {
    for (const line of error.details ?? []) terminal.print(`${plain(line)}\n`);
    terminal.note(plain(`countersign: ${errorLine(error)}`));
  }
  return error.exitCode;
}

/** RFC 9457: the service's own document where there is one. */
export function problemDocument(failure: Failure): { readonly [name: string]: unknown } {
  return {
    type: 'about:blank',
    title: failure.message,
    detail: failure.message,
    code: failure.code,
    remedy: failure.remedy,
    ...failure.problem,
    exitCode: failure.exitCode,
  };
}

function errorLine({ message, remedy }: Failure): string {
  const what = message.trim().replace(/\.$/, '');
  return remedy === '' ? what : `${what}: ${remedy}`;
}

/** Titles of tables in bold, refusals in red, success in green. */
function emphasize(line: string): string {
  if (/^[A-Z][A-Z ]+( {2,}[A-Z ]+)*$/.test(line)) return `\u001b[1m${line}\u001b[0m`;
  if (/^(✗|refused|denied)/i.test(line)) return `\u001b[31m${line}\u001b[0m`;
  if (/^(✓|ok\b)/.test(line)) return `\u001b[32m${line}\u001b[0m`;
  return line;
}
