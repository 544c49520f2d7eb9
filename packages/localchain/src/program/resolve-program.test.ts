import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeDeployed, programForTests } from '../test-support/needs-deployed-program.ts';
import { describeSource } from './describe-source.ts';
import { type DumpProgram, dumpFrom } from './dump-program.ts';
import { PINNED_SHA256 } from './pinned-program.ts';
import { cachedProgramPath } from './program-cache.ts';
import { type ResolveProgramOptions, resolveProgram } from './resolve-program.ts';

const source = await programForTests();
let folder: string;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const offline: DumpProgram = async () => ({ ok: false, reason: 'no mainnet node was reached: test' });
const crate = async () => ({ version: '2.0.0', binaryPath: '/x/bank' });
const options = (more: Partial<ResolveProgramOptions> = {}): ResolveProgramOptions => ({
  env: { XDG_CACHE_HOME: folder },
  report: (line) => lines.push(line),
  dump: offline,
  buildCrate: crate,
  ...more,
});

describe('which program', () => {
  test('with nothing on the machine and no way out, the crate', async () => {
    const resolved = await resolveProgram(options());
    expect(resolved).toEqual({ ok: true, source: { kind: 'crate', version: '2.0.0', binaryPath: '/x/bank' } });
    if (resolved.ok) expect(describeSource(resolved.source)).toContain('squads-multisig-program 2.0.0');
  });

  test('with no crate either, every reason in one line', async () => {
    const resolved = await resolveProgram(options({ buildCrate: async () => ({ reason: 'cargo is not on this machine' }) }));
    expect(resolved).toEqual({ ok: false, reason: 'no mainnet node was reached: test; cargo is not on this machine' });
  });

  test('a forced choice is kept, a wrong one refused', async () => {
    expect(await resolveProgram(options({ force: 'elf' }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('is not on this machine'),
    });
    const env = { XDG_CACHE_HOME: folder, SQUADS_PROGRAM_SO: '/nowhere', COUNTERSIGN_PROGRAM_SOURCE: 'crate' };
    expect(await resolveProgram(options({ env }))).toMatchObject({ ok: true, source: { kind: 'crate' } });
    expect(await resolveProgram(options({ env: { COUNTERSIGN_PROGRAM_SOURCE: 'wasm' } }))).toMatchObject({ ok: false });
  });

  test('a file or a cache with other bytes is refused, not passed over', async () => {
    const wrong = join(folder, 'wrong.so');
    writeFileSync(wrong, 'other');
    expect(await resolveProgram(options({ env: { SQUADS_PROGRAM_SO: wrong } }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining(`expected ${PINNED_SHA256}`),
    });
    expect(await resolveProgram(options({ programSo: join(folder, 'none.so') }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('cannot be read'),
    });
    const cache = cachedProgramPath({ XDG_CACHE_HOME: folder });
    mkdirSync(dirname(cache), { recursive: true });
    writeFileSync(cache, 'other');
    expect(await resolveProgram(options())).toMatchObject({ ok: false, reason: expect.stringContaining(cache) });
  });

  test('a dump of other bytes is said, not kept, and the crate is taken', async () => {
    const dump: DumpProgram = async () => ({ ok: true, elf: Uint8Array.of(1, 2, 3) });
    expect(await resolveProgram(options({ dump }))).toMatchObject({ ok: true, source: { kind: 'crate' } });
    expect(lines).toEqual([expect.stringContaining(`expected ${PINNED_SHA256}`)]);
    expect(existsSync(cachedProgramPath({ XDG_CACHE_HOME: folder }))).toBe(false);
  });

  test('a dump follows the program account to its data and cuts the header off', async () => {
    const program = Buffer.alloc(36, 7);
    const data = Buffer.concat([Buffer.alloc(45), Buffer.from('ELF')]);
    const asked: string[] = [];
    const fetchImpl = (async (_url: unknown, init: { body: string }) => {
      const [address] = (JSON.parse(init.body) as { params: [string] }).params;
      asked.push(address);
      const bytes = address.startsWith('SQDS') ? program : data;
      return new Response(JSON.stringify({ result: { value: { data: [bytes.toString('base64'), 'base64'] } } }));
    }) as unknown as typeof fetch;
    const dumped = await dumpFrom('http://node.invalid', fetchImpl)();
    expect(dumped).toMatchObject({ ok: true });
    if (dumped.ok) expect(Buffer.from(dumped.elf).toString()).toBe('ELF');
    expect(asked.length).toBe(2);
    const broken = (async () => Promise.reject(new Error('refused'))) as unknown as typeof fetch;
    expect(await dumpFrom('http://node.invalid', broken)()).toEqual({ ok: false, reason: 'no mainnet node was reached: refused' });
  });
});

describeDeployed(source, 'the deployed program is dumped into the cache once', () => {
  test('and found there afterwards', async () => {
    const elf = source.kind === 'deployed-elf' ? readFileSync(source.path) : Buffer.alloc(0);
    const dump: DumpProgram = async () => ({ ok: true, elf });
    const path = cachedProgramPath({ XDG_CACHE_HOME: folder });
    const expected = { ok: true, source: { kind: 'deployed-elf', path, sha256: PINNED_SHA256 } };
    expect(await resolveProgram(options({ dump }))).toEqual(expected);
    expect(await resolveProgram(options({ dump: null }))).toEqual(expected);
  });
});
