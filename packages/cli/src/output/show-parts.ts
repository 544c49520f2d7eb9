import { flag, type Invocation } from '../invocation.ts';
import { toParts } from '../support/carried-parts.ts';
import { qrLines } from './qr-codes.ts';

/** Shows a document as QR codes, each with the line that it holds. Gives the lines. With `--json` nothing is drawn. */
export function showParts(invocation: Invocation, text: string): readonly string[] {
  const { terminal } = invocation.world;
  const parts = toParts(text);
  if (flag(invocation, 'json')) return parts;
  for (const [index, part] of parts.entries()) {
    terminal.print(`\npart ${index + 1} of ${parts.length}\n`);
    for (const line of qrLines(part, terminal.colour)) terminal.print(`${line}\n`);
    terminal.print(`${part}\n`);
  }
  return parts;
}
