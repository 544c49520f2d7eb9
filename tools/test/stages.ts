import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareDocumentedGraph } from '../gates/documented-graph.ts';
import { effectsInCore } from '../gates/effects-in-core.ts';
import { ROOT } from '../start/root.ts';
import { say } from '../start/terminal.ts';
import type { LeftOut } from './left-out.ts';
import { runCommand } from './run-command.ts';
import { check, type Stage, type StageResult } from './stage.ts';

const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);

async function command(name: string, args: readonly string[]): Promise<StageResult> {
  const { code, output } = await runCommand(bin(name), args, { env: { NO_COLOR: '1', FORCE_COLOR: '0' } });
  return check(code === 0 ? '' : output || `${name} ended with code ${code}`);
}

/** The gates that need no running parts, quickest first. */
export const STATIC_STAGES: readonly Stage[] = [
  { name: 'types (tsc -b)', run: () => command('tsc', ['-b']) },
  { name: 'lint and format (biome)', run: () => command('biome', ['check', '.']) },
  {
    name: 'layers (dependency-cruiser)',
    run: () => command('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'packages', 'tools', 'bench']),
  },
  { name: 'no clock, randomness or environment in core', run: async () => check(effectsInCore(ROOT).join('\n')) },
  { name: 'unused files, exports and dependencies (knip)', run: () => command('knip', ['--no-progress', '--no-config-hints']) },
  { name: 'package graph in ARCHITECTURE.md', run: async () => check(compareDocumentedGraph(ROOT)) },
];

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

/** All tests; files that cannot be loaded count as one failure each. */
export function vitestStage(scratch: string, leftOut: LeftOut): Stage {
  return {
    name: 'tests (vitest)',
    async run() {
      const reportFile = join(scratch, 'vitest.json');
      const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
      const env = { TMPDIR: scratch, CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0' };
      const { code } = await runCommand(bin('vitest'), args, {
        env,
        onLine: (line) => {
          leftOut.see(line);
          say(line);
        },
      });
      const report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
      const unloaded = report.testResults.filter(
        ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
      ).length;
      const failed = report.numFailedTests + unloaded;
      return { passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed, report: `vitest ended with code ${code}` };
    },
  };
}

/** The long ones, by `npm run test:slow`. */
export const SLOW_STAGES: readonly Stage[] = [
  {
    name: 'kill -9 of each process in the middle of a hundred payments',
    async run() {
      const { code, output } = await runCommand(process.execPath, [join(ROOT, 'tools', 'kill-nine.ts')], { onLine: say });
      return check(code === 0 ? '' : output);
    },
  },
];
