import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../../api/test/end-to-end/stack.ts';
import { makeMint, type TestMint } from '../../api/test/end-to-end/thief-tokens.ts';
import { type Case, openCase } from './runbooks/open-case.ts';
import { readPage } from './runbooks/read-page.ts';
import { rehearseLostOwner, rehearseRotateAgent, rehearseRotateOwner } from './runbooks/rehearse-keys.ts';
import { rehearseExit, rehearseLostAgent, rehearseRestore } from './runbooks/rehearse-losses.ts';
import { rehearseFreeze, rehearseLockdown } from './runbooks/rehearse-stopping.ts';
import { type Rehearsal, runPage } from './runbooks/run-page.ts';

const PAGES = fileURLToPath(new URL('../../../docs/runbooks/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'countersign-runbooks-'));
const NAMES = ['exit', 'freeze', 'lockdown', 'lost-agent', 'lost-owner', 'restore', 'rotate-agent', 'rotate-owner'] as const;
type Name = (typeof NAMES)[number];
/** Wallets: one for each page, and one for what happens where nothing was armed. */
const WALLETS = [...NAMES, 'unarmed'] as const;
const cases = new Map<string, Case>();
const ran = new Map<Name, readonly string[]>();
const PATIENCE_MS = 180_000;
let stack: Stack;
let mint: TestMint;

beforeAll(async () => {
  // What is carried to another machine can land for 150 slots: a file, two keys that cost memory to open, on a machine that is busy.
  stack = await startStack({}, { slotMs: 80 });
  const [made] = await Promise.all([
    makeMint(stack, 'token'),
    ...WALLETS.map(async (name) => cases.set(name, await openCase(stack, { name, root: folder }))),
  ]);
  mint = made;
}, PATIENCE_MS);
afterAll(async () => {
  await stack?.close();
  rmSync(folder, { recursive: true });
});

const pageOf = (name: string): string => readFileSync(join(PAGES, `${name}.md`), 'utf8');
function caseOf(name: string): Case {
  const its = cases.get(name);
  if (its === undefined) throw new Error(`there is no wallet ${name}`);
  return its;
}
async function walk(name: Name, rehearse: (its: Case) => Rehearsal | Promise<Rehearsal>): Promise<void> {
  ran.set(name, await runPage(pageOf(name), await rehearse(caseOf(name))));
}

describe('every command of the runbooks, in order, against a running service and the real program', { timeout: PATIENCE_MS }, () => {
  describe.concurrent('with the service well', () => {
    test('freeze', () => walk('freeze', rehearseFreeze));
    test('lockdown', () => walk('lockdown', (its) => rehearseLockdown(its, caseOf('unarmed'))));
    test('rotate-agent', () => walk('rotate-agent', rehearseRotateAgent));
    test('rotate-owner', () => walk('rotate-owner', rehearseRotateOwner));
    test('lost-owner', () => walk('lost-owner', (its) => rehearseLostOwner(its, stack)));
  });
  test('restore', () => walk('restore', (its) => rehearseRestore(its, stack)));
  test('lost-agent', () => walk('lost-agent', (its) => rehearseLostAgent(its, stack)));
  test('exit', () => walk('exit', (its) => rehearseExit(its, stack, mint)));
});

describe('nothing in the runbooks goes untried', () => {
  test('every page was walked to its end', () => {
    const pages = readdirSync(PAGES).map((file) => file.replace(/\.md$/, ''));
    expect(pages.toSorted()).toEqual(['README', ...NAMES].toSorted());
    for (const name of NAMES) expect(ran.get(name), name).toEqual(commandsOf(name));
  });
  test('a command that is only named in a sentence was run in one of the pages', () => {
    const all = [...ran.values()].flat();
    const named = ['README', ...NAMES].flatMap((name) => readPage(pageOf(name)).named);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((each) => !all.some((line) => line === each || line.startsWith(`${each} `)))).toEqual([]);
  });
  test('links between the pages lead somewhere', () => {
    const broken = ['README', ...NAMES].flatMap((name) =>
      [...pageOf(name).matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g)].flatMap(([, file = '', anchor]) => {
        const path = file === '' ? join(PAGES, `${name}.md`) : join(PAGES, file);
        if (!existsSync(path)) return [`${name}: ${file}`];
        return anchor === undefined || anchorsOf(readFileSync(path, 'utf8')).includes(anchor) ? [] : [`${name}: ${file}#${anchor}`];
      }),
    );
    expect(broken).toEqual([]);
  });
});

const commandsOf = (name: Name): readonly string[] =>
  readPage(pageOf(name)).steps.flatMap((step) => (step.kind === 'commands' ? step.commands.map(({ line }) => line) : []));

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}
