import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeBase58, encodeBase58 } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSigningKey } from '../src/keystore/signing-key.ts';
import { sealOwnerKey } from '../src/owner/sealed-owner-file.ts';
import { recipientOf } from '../src/owner/sealed-owner-key.ts';
import { TEST_KDF, temporaryDirectory } from './support/test-signer.ts';

const HOLDER = fileURLToPath(new URL('./support/hold-owner-key.ts', import.meta.url));
const CHUNK_BYTES = 4 * 1024 * 1024;
const OVERLAP_BYTES = 512;

interface Found {
  /** In pages that the process itself can read. */
  readonly open: number;
  /** In pages that it closed to itself. */
  readonly guarded: number;
}

/** How often each of `needles` lies in the memory of a process. */
function findInMemory(pid: number, needles: readonly Uint8Array[]): readonly Found[] {
  const found = needles.map(() => ({ open: 0, guarded: 0 }));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from = '0', to = '0', rights] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
      if (rights === undefined || /\[(vvar|vsyscall)/.test(line)) continue;
      const [begin, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
      const kind = rights.startsWith('r') ? 'open' : 'guarded';
      // Address space that was only reserved is not searched: guarded pages come in small ranges.
      if (kind === 'guarded' && end - begin > 64 * 1024) continue;
      for (const chunk of readChunks(memory, begin, end))
        for (const [index, needle] of needles.entries()) (found[index] ?? { open: 0, guarded: 0 })[kind] += countIn(chunk, needle);
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

/** Each reaches a little into the next, so that nothing is cut in two. */
function* readChunks(memory: number, begin: number, end: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES + OVERLAP_BYTES);
  for (let at = begin; at < end; at += CHUNK_BYTES) {
    try {
      yield chunk.subarray(0, readSync(memory, chunk, 0, Math.min(chunk.length, end - at), at));
    } catch {
      // Pages that were never mapped.
    }
  }
}

function countIn(chunk: Buffer, needle: Uint8Array): number {
  let count = 0;
  for (let hit = chunk.indexOf(needle); hit >= 0 && hit < CHUNK_BYTES; hit = chunk.indexOf(needle, hit + 1)) count += 1;
  return count;
}

const children: ChildProcess[] = [];
async function hold(...args: readonly string[]) {
  const child = spawn(process.execPath, [HOLDER, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  return {
    pid: child.pid ?? 0,
    said: await next(),
    close: async (): Promise<string> => {
      child.stdin.write('\n');
      return next();
    },
  };
}

const readable = process.platform === 'linux' && existsSync('/proc/self/mem');
if (!readable) process.stderr.write("left out: searching an owner process's memory for the seed (needs Linux's /proc)\n");

describe.runIf(readable)("INVARIANT I9: an owner key's seed in the memory of the process that opened it", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  const seed = randomBytes(32);
  const { address } = createTestKey(seed);
  const passphrase = `passphrase ${randomBytes(12).toString('hex')}`;
  const path = (name: string): string => join(directory.path, name);
  beforeAll(async () => {
    directory = await temporaryDirectory();
    const key = createSigningKey((bytes) => bytes.set(seed));
    const recipient = await recipientOf(Buffer.from(passphrase), { kdf: TEST_KDF, kdfFloor: TEST_KDF }, 'owner.json');
    await writeFile(path('owner.json'), sealOwnerKey(recipient, key), { mode: 0o600 });
    key.wipe();
    await writeFile(path('passphrase'), passphrase, { mode: 0o600 });
    await writeFile(path('id.json'), JSON.stringify([...seed, ...(decodeBase58(address) ?? [])]), { mode: 0o600 });
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => directory.remove());

  /** The seed, its spellings, and the passphrase. */
  const needles = (): readonly Uint8Array[] => [
    seed,
    ...[seed.toString('hex'), seed.toString('base64').slice(0, 42), encodeBase58(seed)].map((text) => Buffer.from(text)),
    ...[[...seed].join(','), [...seed].join(', '), passphrase].map((text) => Buffer.from(text)),
  ];

  test.each([
    ['a sealed file', ['owner.json', 'passphrase']],
    ['a keypair file', ['id.json']],
  ])('%s: it lies in guarded pages alone while it is open, and nowhere when it is closed', async (_, names) => {
    const held = await hold(String(TEST_KDF.memoryKib), String(TEST_KDF.passes), ...names.map(path));
    expect(held.said).toBe(`open ${address}`);
    const [inPages, ...spelled] = findInMemory(held.pid, needles());
    expect(inPages?.guarded, 'it can be found where it must be').toBeGreaterThan(0);
    expect(inPages?.open, 'copies outside guarded pages').toBe(0);
    for (const found of spelled) expect(found).toEqual({ open: 0, guarded: 0 });
    expect(await held.close()).toBe('closed');
    for (const found of findInMemory(held.pid, needles())) expect(found).toEqual({ open: 0, guarded: 0 });
  });
});
