import { createInterface } from 'node:readline';
import type { ReadStream } from 'node:tty';

/** Where people read and answer. Documents and answers go to `print`; questions, progress and errors to `note`, so that standard output stays clean. */
export interface Terminal {
  readonly print: (text: string) => void;
  readonly note: (line: string) => void;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  /** Whether standard output takes colour. */
  readonly colour: boolean;
  /** One line, or `null` when the input ends. */
  readonly ask: (question: string) => Promise<string | null>;
  /** Lines until `complete` says so of all of them so far, or until the input ends: for text that is pasted. */
  readonly askLines: (question: string, complete: (text: string) => boolean) => Promise<string>;
  /** One line without showing what is typed, as bytes that the caller wipes. */
  readonly askSecret: (question: string) => Promise<Uint8Array | null>;
}

/** The terminal of this process. Colour only on a terminal, and never with NO_COLOR (https://no-color.org). */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  return {
    print: (text) => void stdout.write(text),
    note: (line) => void stderr.write(`${line}\n`),
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    colour: stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    ask: (question) =>
      new Promise((resolve) => {
        const lines = createInterface({ input: stdin, output: stderr });
        let answered = false;
        lines.question(question, (answer) => {
          answered = true;
          lines.close();
          resolve(answer);
        });
        lines.on('SIGINT', () => lines.close());
        lines.on('close', () => {
          if (!answered) resolve(null);
        });
      }),
    askLines: (question, complete) =>
      new Promise((resolve) => {
        stderr.write(question);
        // Without an output nothing that is pasted is shown again; as a terminal it has no limit to the length of a line.
        const lines = createInterface({ input: stdin, terminal: stdin.isTTY === true });
        let text = '';
        lines.on('line', (line) => {
          text += `${line}\n`;
          if (complete(text)) lines.close();
        });
        lines.on('SIGINT', () => {
          text = '';
          lines.close();
        });
        lines.on('close', () => resolve(text));
      }),
    askSecret: (question) => readHidden(stdin, stderr, question),
  };
}

const ENTER = new Set([0x0a, 0x0d]);
const CANCEL = new Set([0x03, 0x04]);
const ERASE = new Set([0x08, 0x7f]);
const MAX_SECRET_BYTES = 1_024;

function readHidden(stdin: ReadStream, stderr: NodeJS.WriteStream, question: string): Promise<Uint8Array | null> {
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  const typed = Buffer.alloc(MAX_SECRET_BYTES);
  let length = 0;
  return new Promise((resolve) => {
    const finish = (secret: Uint8Array | null): void => {
      stdin.off('data', read);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      typed.fill(0);
      resolve(secret);
    };
    const read = (chunk: Buffer): void => {
      const end = chunk.findIndex((byte) => ENTER.has(byte) || CANCEL.has(byte));
      for (const byte of end < 0 ? chunk : chunk.subarray(0, end)) {
        if (ERASE.has(byte)) length = startOfLastCharacter(typed, length);
        else if (length < MAX_SECRET_BYTES) typed[length++] = byte;
      }
      const cancelled = end >= 0 && CANCEL.has(chunk[end] ?? 0);
      chunk.fill(0);
      if (end >= 0) finish(cancelled ? null : Uint8Array.from(typed.subarray(0, length)));
    };
    stdin.on('data', read);
  });
}

/** UTF-8: the bytes after a character's first are 10xxxxxx. */
function startOfLastCharacter(bytes: Uint8Array, length: number): number {
  let at = length - 1;
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return Math.max(0, at);
}
