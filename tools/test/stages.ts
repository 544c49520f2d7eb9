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

/** A script that says what it does and ends with 0 when all was well. */
function script(name: string, file: readonly string[], env: { readonly [name: string]: string } = {}): Stage {
  return {
    name,
    async run() {
      const { code, output } = await runCommand(process.execPath, [join(ROOT, ...file)], { env, onLine: say });
      return check(code === 0 ? '' : output);
    },
  };
}

/** Tests that take a sample in `npm test`, in full. */
function fully(name: string, files: readonly string[], env: { readonly [name: string]: string }): Stage {
  return {
    name,
    async run() {
      const { code, output } = await runCommand(bin('vitest'), ['run', ...files], {
        env: { ...env, CI: 'true', NO_COLOR: '1' },
        onLine: say,
      });
      return check(code === 0 ? '' : output);
    },
  };
}

/** The long ones, by `npm run test:slow`; `what` is said when they are left out. */
export const SLOW_STAGES: readonly (Stage & { readonly what: string })[] = [
  {
    ...script('kill -9 of each process in the middle of a hundred payments', ['tools', 'kill-nine.ts']),
    what: 'kill -9 of each process in the middle of a hundred payments',
  },
  {
    ...script('the service killed before and after every port call', ['packages', 'api', 'test', 'crash-process', 'run.ts']),
    what: 'the service killed before and after every port call (a sample ran)',
  },
  {
    ...script('a million simulated schedules', ['packages', 'api', 'test', 'simulation', 'run.ts']),
    what: 'a million simulated schedules (a thousand ran)',
  },
  {
    ...fully('the attack corpus with all neighbours', ['packages/api/test/corpus'], { COUNTERSIGN_CORPUS: 'full' }),
    what: 'the neighbours of the attack corpus (each case ran)',
  },
  {
    ...fully('the decoder against the runtime, 3,000 mixes', ['packages/solana/src/oracle.test.ts'], { COUNTERSIGN_ORACLE_RUNS: '3000' }),
    what: '3,000 mixes of the decoder against the runtime (200 at most ran)',
  },
];
