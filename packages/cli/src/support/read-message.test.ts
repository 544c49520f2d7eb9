import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { World } from '../invocation.ts';
import { readMessage } from './read-message.ts';

const cwd = mkdtempSync(join(tmpdir(), 'countersign-message-'));
afterAll(() => rmSync(cwd, { recursive: true }));
const MESSAGE = Buffer.from([1, 0, 1, 2, ...Buffer.alloc(64, 7), ...Buffer.alloc(32, 9), 0]);
const base64 = MESSAGE.toString('base64');

async function read(content: Uint8Array | string, from: 'file' | 'input') {
  const bytes = Buffer.from(content);
  if (from === 'file') writeFileSync(join(cwd, 'message'), bytes);
  return readMessage({ cwd, readInput: async () => bytes } as unknown as World, from === 'file' ? 'message' : '-');
}

describe("an agent's own message", () => {
  test.each(['file', 'input'] as const)('bytes or their base64, from a %s', async (from) => {
    for (const content of [MESSAGE, base64, `${base64}\n`, base64.replace(/.{20}/g, '$&\r\n')])
      expect(await read(content, from)).toEqual({ ok: true, value: { message: base64 } });
  });
  test('nothing, too much, and what is not there', async () => {
    for (const content of ['', '\n', Buffer.alloc(8_193, 1)])
      expect(await read(content, 'file')).toMatchObject({ ok: false, error: { exitCode: 2 } });
    expect(await read(Buffer.alloc(8_192, 1), 'input')).toMatchObject({ ok: true });
    expect(await readMessage({ cwd } as World, 'none')).toMatchObject({ ok: false, error: { exitCode: 2 } });
  });
});
