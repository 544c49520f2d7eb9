import { flag, type Invocation } from '../invocation.ts';
import { plain } from './plain-text.ts';

/** Shows lines before a question is asked. With `--json` they go to the error stream, so that standard output stays one document. */
export function showLines(invocation: Invocation, lines: readonly string[]): void {
  const { terminal } = invocation.world;
  for (const line of lines.map(plain)) {
    if (flag(invocation, 'json')) terminal.note(line);
    else terminal.print(`${line}\n`);
  }
}
