/** Each gate sees a violation that is planted in a copy of the project: a gate that cannot go red proves nothing. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareDocumentedGraph, GRAPH_BEGIN, GRAPH_END } from './gates/documented-graph.ts';
import { effectsInCore } from './gates/effects-in-core.ts';
import { packageGraph } from './gates/package-graph.ts';
import { copyProject, type ProjectCopy } from './gates/project-copy.ts';
import { runCommand } from './test/run-command.ts';

let copy: ProjectCopy;
beforeAll(() => {
  copy = copyProject();
});
afterAll(() => copy.remove());

const run = (name: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> =>
  runCommand(join(copy.path, 'node_modules', '.bin', name), args, { cwd: copy.path, env: { NO_COLOR: '1', FORCE_COLOR: '0' } });

describe('layers', () => {
  const PLANTED: { readonly [rule: string]: readonly [path: string, text: string] } = {
    'domain-imports-domain-only': ['packages/core/src/domain/planted.ts', "import '../ports/clock.ts';"],
    'ports-import-domain-only': [
      'packages/core/src/ports/planted.ts',
      "import type { X } from '../services/freeze-wallet.ts';\nexport type Y = X;",
    ],
    'services-import-domain-and-ports-only': ['packages/core/src/services/planted.ts', "import '@countersign/sdk';"],
    'core-has-no-effects': ['packages/core/src/domain/planted-effect.ts', "import 'node:fs';"],
    'postgres-imports-core-only': ['packages/postgres/src/planted.ts', "import '@countersign/solana';"],
    'selfhost-imports-core-only': ['packages/selfhost/src/planted.ts', "import '@countersign/postgres';"],
    'cloud-imports-core-only': ['packages/cloud/src/planted.ts', "import '@countersign/selfhost';"],
    'localchain-imports-core-only': ['packages/localchain/src/planted.ts', "import '@countersign/solana';"],
    'solana-imports-core-only': [
      'packages/solana/src/planted.ts',
      "import type { Svm } from '@countersign/localchain';\nexport type Y = Svm;",
    ],
    'selfhost-not-to-solana': ['packages/selfhost/src/signer/planted.ts', "import '@solana/kit';"],
    'decode-shares-nothing-with-build': ['packages/solana/src/decode/planted.ts', "import '../build/pda.ts';"],
    'only-compose-names-adapters': ['packages/api/src/http/planted.ts', "import '@countersign/postgres';"],
    'sdk-imports-core-only': ['packages/sdk/src/planted.ts', "import '@countersign/postgres';"],
    'cli-imports-sdk-core-owner-and-decoder': ['packages/cli/src/planted.ts', "import '@countersign/postgres';"],
    'nobody-imports-tools': ['packages/core/src/planted-tools.ts', "import '../../../tools/start/root.ts';"],
    'no-test-code-in-products': ['packages/api/src/planted.ts', "import 'vitest';"],
    'no-cycles': ['packages/api/src/planted-a.ts', "import './planted-b.ts';"],
    'no-unresolvable': ['packages/api/src/planted-c.ts', "import './there-is-no-such-file.ts';"],
  };

  test('every rule sees its violation, by value and by type', async () => {
    copy.plant('packages/api/src/planted-b.ts', "import './planted-a.ts';");
    const planted = Object.values(PLANTED).map(([path, text]) => copy.plant(path, text));
    const { code, output } = await run('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages', 'tools']);
    const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as {
      readonly summary: { readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[] };
    };
    const seen = report.summary.violations.filter(({ from }) => planted.includes(from)).map(({ rule }) => rule.name);
    for (const path of [...planted, 'packages/api/src/planted-b.ts']) rmSync(join(copy.path, path));
    expect(Object.keys(PLANTED).filter((rule) => !seen.includes(rule))).toEqual([]);
    expect(report.summary.violations.length, `exit code ${code}`).toBeGreaterThan(0);
  });

  test('every rule of the configuration has a planted violation', async () => {
    const { output } = await runCommand(
      process.execPath,
      ['-p', 'JSON.stringify(require("./.dependency-cruiser.cjs").forbidden.map((r) => r.name))'],
      {
        cwd: copy.path,
      },
    );
    expect(Object.keys(PLANTED).sort()).toEqual((JSON.parse(output) as string[]).sort());
  });
});

describe('lint', () => {
  test.each([
    ['noExplicitAny', 'export const planted = (value: any): string => String(value);\n'],
    ['noNonNullAssertion', 'export const planted = (value: string | undefined): string => value!;\n'],
    ['noEnum', 'export enum Planted {\n  One = 1,\n}\n'],
    ['noUnusedVariables', 'const planted = 1;\nexport {};\n'],
    ['format', 'export const planted   = "double";\n'],
  ])('%s goes red', async (rule, text) => {
    const path = copy.plant('packages/core/src/domain/planted.ts', text);
    const { code, output } = await run('biome', ['check', path]);
    rmSync(join(copy.path, path));
    expect(code).not.toBe(0);
    expect(output).toContain(rule);
  });
});

describe('types', () => {
  test('each strict option goes red', async () => {
    const path = copy.plant(
      'packages/core/src/domain/planted.ts',
      [
        'export const first = (list: readonly string[]): string => list[0];',
        'export const exact: { readonly name?: string } = { name: undefined };',
        "export const dotted = (map: { readonly [name: string]: string }): string => map.name ?? '';",
        'export enum Erasable { One = 1 }',
        'export const isolated = [1, 2].map((value) => value + 1);',
        "import { AgentPolicy } from './policy.ts';",
        'export type Verbatim = AgentPolicy;',
      ].join('\n'),
    );
    const { code, output } = await run('tsc', [
      '-p',
      'packages/core',
      '--outDir',
      join(copy.path, 'out'),
      '--tsBuildInfoFile',
      join(copy.path, 'out', 'x'),
    ]);
    rmSync(join(copy.path, path));
    expect(code).not.toBe(0);
    const lines = output.split('\n').flatMap((line) => /planted\.ts\((\d+),/.exec(line)?.[1] ?? []);
    expect([...new Set(lines)].sort()).toEqual(['1', '2', '3', '4', '5', '6']);
  });
});

describe('purity of core', () => {
  test.each([
    'export const now = (): number => Date.now();',
    'export const now = (): Date => new Date();',
    'export const luck = (): number => Math.random();',
    "export const home = (): unknown => process.env['HOME'];",
    'setTimeout(() => undefined, 1);',
    "import { randomBytes } from 'node:crypto';",
  ])('%s goes red', (text) => {
    const path = copy.plant('packages/core/src/domain/planted.ts', `/** Date.now() in a comment is no call. */\n${text}\n`);
    const found = effectsInCore(copy.path).filter((line) => line.startsWith(path));
    rmSync(join(copy.path, path));
    expect(found).toHaveLength(1);
  });
});

describe('dead code', () => {
  test('an unused file goes red', async () => {
    const path = copy.plant('packages/core/src/domain/planted.ts', 'export const planted = 1;\n');
    const { code, output } = await run('knip', ['--no-progress', '--no-config-hints']);
    rmSync(join(copy.path, path));
    expect(code).not.toBe(0);
    expect(output).toContain(path);
  });
});

describe('package graph', () => {
  test('an edge that the page does not show goes red', () => {
    const page = (graph: string): string => `# Architecture\n\n${GRAPH_BEGIN}\n${graph}\n${GRAPH_END}\n`;
    copy.plant('ARCHITECTURE.md', page(packageGraph(copy.path)));
    expect(compareDocumentedGraph(copy.path)).toBe('');
    copy.plant('ARCHITECTURE.md', page(packageGraph(copy.path).replace(/^ {2}api --> core\n/m, '')));
    expect(compareDocumentedGraph(copy.path)).toContain('npm run docs:graph');
    copy.plant('ARCHITECTURE.md', '# Architecture\n');
    expect(compareDocumentedGraph(copy.path)).not.toBe('');
  });
});
