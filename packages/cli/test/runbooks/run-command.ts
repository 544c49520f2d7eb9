import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from '../../src/run.ts';
import { type ShellCommand, splitShell } from './shell-words.ts';

/** Where and as whom commands are run. */
export interface Seat {
  readonly folder: string;
  readonly env: { readonly [name: string]: string };
  /** What is typed, unseen, where a passphrase is asked for. */
  readonly passphrase: string;
}

export interface Ran {
  readonly exitCode: number;
  /** Everything that a person sees, with what they were asked and typed. */
  readonly seen: string;
}

const LONGEST_NAP_MS = 200;

/**
 * Runs one line as a shell would, `countersign` in this process. `typed` gives what a person types at a question; what it does not know ends the
 * input.
 */
export async function runLine(
  line: string,
  seat: Seat,
  variables: ReadonlyMap<string, string>,
  typed: (question: string) => string | null,
): Promise<Ran> {
  const command = splitShell(line, variables);
  return command.words[0] === 'countersign' ? runTool(command, seat, typed) : runProgram(command, seat);
}

async function runTool({ words, into }: ShellCommand, seat: Seat, typed: (question: string) => string | null): Promise<Ran> {
  let seen = '';
  let printed = '';
  const answer = (question: string): string | null => {
    const said = typed(question);
    seen += `${question}${said ?? ''}\n`;
    return said;
  };
  const exitCode = await run(words.slice(1), {
    env: seat.env,
    cwd: seat.folder,
    nowMs: () => Date.now(),
    randomBytes: (count) => randomBytes(count),
    readInput: async () => new Uint8Array(),
    sleep: (ms) => new Promise((wake) => setTimeout(wake, Math.min(ms, LONGEST_NAP_MS))),
    terminal: {
      print: (text) => {
        printed += text;
        if (into === null) seen += text;
      },
      note: (line) => {
        seen += `${line}\n`;
      },
      interactive: true,
      colour: false,
      ask: async (question) => answer(question),
      askLines: async (question) => answer(question) ?? '',
      askSecret: async (question) => {
        seen += `${question}\n`;
        return Uint8Array.from(Buffer.from(seat.passphrase));
      },
    },
  });
  if (into !== null) writeFileSync(resolve(seat.folder, into), printed, { mode: 0o600 });
  return { exitCode, seen };
}

function runProgram({ words: [program = '', ...rest], into }: ShellCommand, { folder, env }: Seat): Promise<Ran> {
  return new Promise((done) => {
    execFile(program, rest, { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } }, (error, out, errors) => {
      if (into !== null) writeFileSync(resolve(folder, into), out, { mode: 0o600 });
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      done({ exitCode, seen: `${into === null ? out : ''}${errors}` });
    });
  });
}
