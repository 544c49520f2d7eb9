import { randomBytes } from 'node:crypto';
import type { World } from '../invocation.ts';
import { run } from '../run.ts';

/** One command line in this process, with what it printed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
  readonly json: () => { readonly [name: string]: unknown };
}

/** A person at a terminal gives these answers, in turn; `null`: there is no terminal. */
export async function runCli(
  argv: readonly string[],
  options: { readonly env?: World['env']; readonly cwd: string; readonly answers?: readonly string[] | null; readonly input?: Uint8Array },
): Promise<Ran> {
  const answers = [...(options.answers ?? [])];
  let out = '';
  let notes = '';
  const code = await run(argv, {
    env: options.env ?? {},
    cwd: options.cwd,
    nowMs: () => Date.now(),
    randomBytes: (count) => randomBytes(count),
    readInput: async () => options.input ?? new Uint8Array(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))),
    terminal: {
      print: (text) => {
        out += text;
      },
      note: (line) => {
        notes += `${line}\n`;
      },
      interactive: options.answers !== null && options.answers !== undefined,
      colour: false,
      ask: async () => answers.shift() ?? null,
      askLines: async (_question, complete) => {
        let text = '';
        for (let line = answers.shift(); line !== undefined; line = answers.shift()) {
          text += `${line}\n`;
          if (complete(text)) break;
        }
        return text;
      },
      askSecret: async () => {
        const answer = answers.shift();
        return answer === undefined ? null : Uint8Array.from(Buffer.from(answer));
      },
    },
  });
  return { code, out, notes, json: () => JSON.parse(out) };
}
