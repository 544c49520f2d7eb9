import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../start/root.ts';

const FOLDER = join(ROOT, 'node_modules', '.cache', 'countersign-left-out');

/** Collects what tests leave out: lines `left out: NAME (WHY)` in their output, and the lines of files in the folder. */
export interface LeftOut {
  see(line: string): void;
  lines(): readonly string[];
}

export function collectLeftOut(): LeftOut {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const seen = new Set<string>();
  return {
    see(line) {
      const match = /^\s*left out: (.+)$/.exec(line);
      if (match?.[1] !== undefined) seen.add(match[1].trim());
    },
    lines() {
      const filed = readdirSync(FOLDER).flatMap((name) => readFileSync(join(FOLDER, name), 'utf8').split('\n'));
      const all = [...seen, ...filed.map((line) => line.trim().replace(/^left out: /, '')).filter((line) => line !== '')];
      return [...new Set(all)].sort();
    },
  };
}
