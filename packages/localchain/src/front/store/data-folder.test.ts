import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProgramSource } from '../../svm/svm.ts';
import type { LedgerRecord } from '../landed-transaction.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';

const ELF: ProgramSource = { kind: 'deployed-elf', path: '/x', sha256: 'aa' };
const CRATE: ProgramSource = { kind: 'crate', version: '2.0.0', binaryPath: '/x' };
let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'folder-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

function open(keepRecords = 5, source = ELF): DataFolder {
  const opened = openDataFolder(path, source, keepRecords);
  if (!opened.ok) throw new Error(opened.reason);
  return opened.folder;
}
/** A record of about one MiB. */
function large(slot: number): LedgerRecord {
  const after = { lamports: BigInt(slot), owner: 'o', executable: false, data: new Uint8Array(1 << 20).fill(slot) };
  return { kind: 'set', slot, writes: [{ address: 'a', before: null, after }] };
}
const slots = (folder: DataFolder) => folder.records.map(({ record }) => (record.kind === 'set' ? record.slot : -1));

describe('the journal', () => {
  test('comes back as it was, in order and exactly', () => {
    const first = open();
    expect(first.records).toEqual([]);
    for (const slot of [1, 2, 3]) first.append(large(slot));
    first.close();
    const second = open();
    expect(second.genesisHash).toEqual(first.genesisHash);
    expect(slots(second)).toEqual([1, 2, 3]);
    expect(second.records[2]?.record).toEqual(large(3));
    expect(second.unsaved().records).toBe(3);
    second.append(large(4));
    second.close();
    expect(readdirSync(path).filter((name) => name.endsWith('.log'))).toHaveLength(1);
    const third = open();
    expect(slots(third)).toEqual([1, 2, 3, 4]);
    third.close();
  });

  test('old files go when the snapshot has them and enough records are left', () => {
    const folder = open(5);
    const bank = Uint8Array.of(7);
    for (let slot = 1; slot <= 24; slot++) {
      folder.append(large(slot));
      if (slot % 6 === 0) folder.save({ slot, anchors: [], bank });
    }
    folder.close();
    const again = open(5);
    expect(again.snapshot).toMatchObject({ sequence: 24, slot: 24 });
    expect(slots(again)).toEqual([19, 20, 21, 22, 23, 24]);
    expect(again.unsaved().records).toBe(0);
    again.append(large(25));
    again.close();
    const last = open(5);
    expect(last.records.at(-1)?.sequence).toBe(25);
    last.close();
  });

  test('another program, or a folder in use, is one clear line', () => {
    const folder = open();
    expect(openDataFolder(path, ELF, 5)).toMatchObject({ ok: false, reason: expect.stringContaining(`in use by process ${process.pid}`) });
    folder.close();
    expect(openDataFolder(path, CRATE, 5)).toMatchObject({ ok: false, reason: expect.stringContaining('was made with another program') });
    open().close();
  });
});
