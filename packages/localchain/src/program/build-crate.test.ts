import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildCrate, nativeBinaryIfBuilt } from './build-crate.ts';
import { CRATE_VERSION, crateCache, NATIVE_NAME, sourcesSha256 } from './crate-cache.ts';
import { countIn } from './crate-compile.ts';
import { isTooOld } from './crate-toolchain.ts';
import { VENDORED_CRATES } from './crate-vendor.ts';

let folder: string;
let lines: string[];
const report = (line: string): void => void lines.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-build-'));
  lines = [];
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('CARGO', tool('cargo', cargoThatWorks()));
  vi.stubEnv('RUSTC', tool('rustc', 'console.log("rustc 1.95.0 (0 2026-04-14)")'));
  vi.stubEnv('CC', tool('cc', 'console.log("cc")'));
});
afterEach(() => vi.unstubAllEnvs());

/** A program of Node that counts its runs in a file beside it. */
function tool(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!${process.execPath}\nrequire('fs').appendFileSync(${JSON.stringify(`${path}.runs`)}, process.argv[2] + '\\n');\n${body}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

/** What cargo leaves behind for the two commands of a build, without the work. */
function cargoThatWorks(): string {
  const crates = VENDORED_CRATES.map((crate) => ({
    path: join('downloaded', crate.name),
    checksums: JSON.stringify({ package: crate.sha256, files: {} }),
    manifest: crate.loosened.map((name) => `[dependencies.${name}]\nversion = ">=1, <1.4"\n`).join('\n'),
  }));
  return `
const fs = require('fs');
if (process.argv[2] === 'vendor') for (const crate of ${JSON.stringify(crates)}) {
  fs.mkdirSync(crate.path, { recursive: true });
  fs.writeFileSync(crate.path + '/.cargo-checksum.json', crate.checksums);
  fs.writeFileSync(crate.path + '/Cargo.toml', crate.manifest);
}
if (process.argv[2] === 'build') {
  fs.mkdirSync(process.env.CARGO_TARGET_DIR, { recursive: true });
  const executable = process.env.CARGO_TARGET_DIR + '/built';
  fs.writeFileSync(executable, 'a binary');
  process.stderr.write('    Building [====>     ] 12/589: syn\\r    Building [=========>] 589/589: x\\n');
  console.log(JSON.stringify({ reason: 'compiler-artifact', target: { name: '${NATIVE_NAME}' }, executable }));
}`;
}

const runs = (command: string): number =>
  readFileSync(join(folder, 'cargo.runs'), 'utf8')
    .split('\n')
    .filter((run) => run === command).length;

test('builds once, and finds the binary after that', async () => {
  expect(nativeBinaryIfBuilt()).toBeNull();
  const built = await buildCrate(report);
  const { binary, stage } = crateCache(process.env);
  expect(built).toEqual({ version: CRATE_VERSION, binaryPath: binary });
  expect(binary).toContain(sourcesSha256().slice(0, 16));
  expect(readFileSync(binary, 'utf8')).toBe('a binary');
  expect(lines[0]).toMatch(/^building the Squads program from crates.io: about ten minutes/);
  expect(lines[1]).toMatch(/^Squads program: 12 of 589 build steps done, \d+ s$/);
  expect(readFileSync(join(stage, 'vendor', 'curve25519-dalek', 'Cargo.toml'), 'utf8')).toBe('[dependencies.zeroize]\nversion = "1"\n');
  expect(existsSync(join(stage, 'src', 'main.rs'))).toBe(true);
  expect(nativeBinaryIfBuilt()).toBe(binary);
  expect(await buildCrate(report)).toEqual(built);
  expect(runs('build')).toBe(1);
});

test('two at once are one build', async () => {
  const [one, other] = await Promise.all([buildCrate(report), buildCrate(report)]);
  expect(one).toEqual(other);
  expect(runs('build')).toBe(1);
  expect(lines).toContain('another process is building the Squads program; waiting for it');
});

test.each([
  ['CARGO', 'there is no cargo: install Rust 1.95'],
  ['RUSTC', 'rustc does not run'],
  ['CC', 'there is no C compiler'],
])('says what to install without %s', async (variable, reason) => {
  vi.stubEnv(variable, '/nowhere/tool');
  expect(await buildCrate(report)).toEqual({ reason: expect.stringContaining(reason) });
});

test('says which Rust it needs', async () => {
  vi.stubEnv('RUSTC', tool('rustc', 'console.log("rustc 1.94.1 (0 2026-03-01)")'));
  expect(await buildCrate(report)).toEqual({ reason: expect.stringContaining('rustup toolchain install 1.95') });
  expect(['1.94.9', '0.99.0', '1.95.0', '1.100.0', '2.0.0'].map((version) => isTooOld(`rustc ${version} (x)`))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('says that crates.io is out of reach', async () => {
  const said = 'error: failed to sync\\n\\nCaused by:\\n  failed to query\\n\\nCaused by:\\n  Could not resolve host\\n';
  vi.stubEnv('CARGO', tool('cargo', `if (process.argv[2] === 'vendor') { process.stderr.write("${said}"); process.exit(101); }`));
  expect(await buildCrate(report)).toEqual({
    reason: expect.stringMatching(
      /^cargo could not download from crates\.io.*error: failed to sync \(Could not resolve host\); set up the network.*SQUADS_PROGRAM_SO/,
    ),
  });
});

test('refuses a download that is not what it names', async () => {
  const changed = cargoThatWorks().replace(VENDORED_CRATES[0]?.sha256 ?? '', '00');
  vi.stubEnv('CARGO', tool('cargo', changed));
  expect(await buildCrate(report)).toEqual({ reason: expect.stringContaining('with sha256 00, expected') });
});

test('says why it does not compile, and leaves no binary', async () => {
  const failing = `${cargoThatWorks()}\nif (process.argv[2] === 'build') { process.stderr.write('error: linking failed\\n'); process.exit(1); }`;
  vi.stubEnv('CARGO', tool('cargo', failing));
  expect(await buildCrate(report)).toEqual({ reason: 'the Squads crate does not build: error: linking failed' });
  expect(nativeBinaryIfBuilt()).toBeNull();
});

test('reads cargo’s progress bar', () => {
  expect(countIn('    Building [====>     ] 12/589: syn, serde(build)')).toEqual({ done: 12, total: 589 });
  expect(countIn('   Compiling syn v2.0.119')).toBeNull();
});
