import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What a pure core does not touch: clocks, randomness, timers, the environment, the network and the console. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)/, 'reads the clock (IClock is the port)'],
  [/\bperformance\b|\bhrtime\b/, 'reads the clock (IClock is the port)'],
  [/\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\brandomInt\b|\bgetRandomValues\b/, 'is random (IRandom is the port)'],
  [/\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/, 'waits'],
  [/\bprocess\b\s*[.[]/, 'touches the process'],
  [/\bglobalThis\b|\bfetch\(|\bconsole\b/, 'touches the world'],
];

/** Lines of `packages/core/src` (tests excepted) that are not pure, as `file:line: what`. */
export function effectsInCore(root: string): readonly string[] {
  const source = join(root, 'packages', 'core', 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => effectsIn(join(source, name), root));
}

function effectsIn(path: string, root: string): readonly string[] {
  const code = withoutComments(readFileSync(path, 'utf8'));
  return code
    .split('\n')
    .flatMap((line, index) =>
      FORBIDDEN.filter(([pattern]) => pattern.test(line)).map(
        ([, what]) => `${relative(root, path)}:${index + 1}: ${what}: ${line.trim()}`,
      ),
    );
}

/** Blanks comments and keeps the lines where they are. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
}
