import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch {
  /** A temporary folder of this run; tests that ask for one get folders in it. */
  readonly path: string;
  /** Kills the processes that a test started and did not stop, by the folder in their command line, and removes the folder. Their command lines. */
  clear(): readonly string[];
}

export function makeScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  return {
    path,
    clear() {
      const left = processesNaming(path);
      for (const { pid } of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended.
        }
      }
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      return left.map(({ command }) => command);
    },
  };
}

function processesNaming(path: string): readonly { readonly pid: number; readonly command: string }[] {
  return numericEntries('/proc').flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return pid !== process.pid && command.includes(path) ? [{ pid, command }] : [];
    } catch {
      return [];
    }
  });
}

function numericEntries(path: string): readonly number[] {
  try {
    return readdirSync(path)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
