/**
 * Makes `packages/solana/generated/squads.{mjs,d.mts}`, the Kit client of Squads v4, from the IDL that `@sqds/multisig` ships.
 * Plain JavaScript: it runs on the machine's own Node before anything else does. It needs the root's node_modules (the IDL, `tsc`,
 * `@solana/kit`) and installs the pinned generator into its own folder on first use. When the output is made from the same inputs
 * (IDL, this script, the pins) it does nothing.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const outFolder = join(root, 'packages', 'solana', 'generated');
const idlPath = join(root, 'node_modules', '@sqds', 'multisig', 'idl', 'squads_multisig_program.json');
const OUTPUTS = ['squads.d.mts', 'squads.mjs'];

function fail(problem) {
  process.stderr.write(`squads client: ${problem}\n`);
  process.exit(1);
}

/** SHA-256 over everything that the output depends on. */
function inputsHash() {
  const hash = createHash('sha256');
  for (const path of [idlPath, fileURLToPath(import.meta.url), join(here, 'package.json')]) {
    const bytes = readFileSync(path);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}

const stampOf = (hash) => `// inputs-sha256: ${hash}\n`;

function isUpToDate(stamp) {
  return OUTPUTS.every((name) => {
    const path = join(outFolder, name);
    if (!existsSync(path)) return false;
    const start = Buffer.alloc(stamp.length);
    const file = openSync(path, 'r');
    readSync(file, start, 0, start.length, 0);
    closeSync(file);
    return start.toString('latin1') === stamp;
  });
}

function run(command, args, cwd, what) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.status !== 0) fail(`${what} failed: ${result.error?.message ?? `${result.stdout}${result.stderr}`.trim()}`);
}

/** The pinned generator, installed when it is not there or its pins have changed. */
function installGenerator() {
  const marker = join(here, 'node_modules', '.pins');
  const pins = readFileSync(join(here, 'package.json'), 'utf8');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === pins) return;
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], here, 'installing the code generator');
  writeFileSync(marker, pins);
}

/** Renders the client as TypeScript files into `folder`. */
async function render(folder) {
  const { createFromRoot } = await import('codama');
  const { rootNodeFromAnchor } = await import('@codama/nodes-from-anchor');
  const { renderVisitor } = await import('@codama/renderers-js');
  const idl = JSON.parse(readFileSync(idlPath, 'utf8'));
  const warn = console.warn;
  console.warn = () => {};
  try {
    const codama = createFromRoot(rootNodeFromAnchor(idl));
    await codama.accept(renderVisitor(folder, { formatCode: false, syncPackageJson: false, kitImportStrategy: 'preferRoot' }));
  } finally {
    console.warn = warn;
  }
}

/**
 * All rendered files as one module: the renderer's directory imports and enums do not run under Node's type stripping.
 * Every exported name is unique, since the rendered index re-exports them all.
 */
function joinSources(folder) {
  const imported = new Set();
  const bodies = [];
  for (const part of ['programs', 'shared', 'types', 'errors', 'accounts', 'instructions']) {
    if (!existsSync(join(folder, part))) continue;
    for (const name of readdirSync(join(folder, part)).sort()) {
      const source = readFileSync(join(folder, part, name), 'utf8');
      if (name === 'index.ts' && part !== 'shared') continue;
      bodies.push(
        source.replace(/^import (type )?\{([^}]*)\} from ['"]([^'"]+)['"];?$/gm, (_, type, names, from) => {
          if (from.startsWith('.')) return '';
          if (from !== '@solana/kit') fail(`the rendered client imports ${from}, which is not known here`);
          for (const each of names.split(',').map((text) => text.trim())) if (each) imported.add(type ? `type ${each}` : each);
          return '';
        }),
      );
    }
  }
  const values = [...imported].filter((name) => !(name.startsWith('type ') && imported.has(name.slice(5))));
  return `import { ${values.sort().join(', ')} } from '@solana/kit';\n${bodies.join('\n')}`;
}

/** One TypeScript module to `.mjs` and `.d.mts`. */
function compile(folder, source) {
  const input = join(folder, 'squads.mts');
  writeFileSync(input, source);
  const options =
    '--ignoreConfig --noCheck --skipLibCheck --declaration --target es2022 --module nodenext --moduleResolution nodenext'.split(' ');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [tsc, ...options, '--types', 'node', '--outDir', folder, input], outFolder, 'compiling the client');
}

async function main() {
  if (!existsSync(idlPath)) fail('node_modules is missing: run "npm install" in the project first');
  const stamp = stampOf(inputsHash());
  if (isUpToDate(stamp)) return;
  const startedAtMs = Date.now();
  installGenerator();
  mkdirSync(outFolder, { recursive: true });
  const work = mkdtempSync(join(outFolder, 'work-'));
  try {
    await render(join(work, 'rendered'));
    compile(work, joinSources(join(work, 'rendered')));
    for (const name of OUTPUTS) {
      writeFileSync(join(work, name), stamp + readFileSync(join(work, name), 'utf8'));
      renameSync(join(work, name), join(outFolder, name));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  process.stdout.write(`squads client: generated from the IDL in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s\n`);
}

await main();
