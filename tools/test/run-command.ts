import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../start/root.ts';

export interface CommandOutcome {
  readonly code: number;
  /** Both streams, in the order of arrival. */
  readonly output: string;
}

const running = new Set<ChildProcess>();

/** Runs a command in the clone, in a process group of its own. `onLine` sees each line as it comes. */
export function runCommand(
  command: string,
  args: readonly string[],
  given: { readonly env?: { readonly [name: string]: string }; readonly onLine?: (line: string) => void; readonly cwd?: string } = {},
): Promise<CommandOutcome> {
  const child = spawn(command, [...args], {
    cwd: given.cwd ?? ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The tools of node_modules run on the Node of node_modules.
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`, ...given.env },
  });
  running.add(child);
  let output = '';
  let rest = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) given.onLine?.(line);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: `${output}${command}: ${error.message}\n` }));
    child.once('close', (code) => {
      running.delete(child);
      if (rest !== '') given.onLine?.(rest);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Kills what still runs, with its children. */
export function killCommands(): void {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}
