import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TEST_KDF, temporaryDirectory } from '../../test/support/test-signer.ts';
import { KDF_FLOOR } from '../keystore/kdf.ts';
import { exportOwnerBackup, type OwnerBackup } from './owner-backup.ts';
import { formatBackupLines, parseBackupLines } from './owner-backup-lines.ts';
import { restoreOwnerBackup } from './restore-owner-backup.ts';
import { createSealedOwnerKey, openSealedOwnerKey } from './sealed-owner-key.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let restored: string;
let owner: string;
let backup: OwnerBackup;
const passphrase = Buffer.from('owner passphrase');
const create = async (file: string): Promise<string> => {
  const made = await createSealedOwnerKey({ path: file, passphrase, kdf: TEST_KDF, kdfFloor: TEST_KDF });
  if (!made.ok) throw new Error(made.error.problem);
  return made.value.owner;
};
const exported = async (file: string): Promise<OwnerBackup> => {
  const result = await exportOwnerBackup({ path: file, kdfFloor: TEST_KDF });
  if (!result.ok) throw new Error(result.error.problem);
  return result.value;
};
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'owner.json');
  restored = join(directory.path, 'deeper', 'restored.json');
  owner = await create(path);
  backup = await exported(path);
});
afterEach(() => directory.remove());

const restore = (text: string, words: Buffer | null = passphrase, kdfFloor = TEST_KDF) =>
  restoreOwnerBackup({ path: restored, backup: Buffer.from(text), passphrase: words, kdfFloor });
const there = (): Promise<boolean> =>
  stat(restored).then(
    () => true,
    () => false,
  );
const refusal = async (...given: Parameters<typeof restore>): Promise<readonly [string, string]> => {
  const result = await restore(...given);
  expect(await there(), 'nothing is written').toBe(false);
  return result.ok ? ['ok', ''] : [result.error.code, result.error.problem];
};

describe('a backup of an owner key', () => {
  test.each(['file', 'print'] as const)('as %s it gives back the very file, which opens', async (form) => {
    expect(backup.owner).toBe(owner);
    expect(await restore(backup[form])).toEqual({ ok: true, value: { owner, opened: true } });
    expect(await readFile(restored, 'utf8')).toBe(await readFile(path, 'utf8'));
    expect((await stat(restored)).mode & 0o777).toBe(0o600);
    const opened = await openSealedOwnerKey({ path: restored, passphrase, kdfFloor: TEST_KDF });
    expect(opened.ok && opened.value.getOwnerPublicKey()).toBe(owner);
    if (opened.ok) await opened.value.close();
  });
  test('without a passphrase it says that it was not opened', async () => {
    expect(await restore(backup.print, null)).toEqual({ ok: true, value: { owner, opened: false } });
  });
  test('typed in by hand: small letters, O and l, other spacing, lines in another order, no heading', async () => {
    const lines = backup.print.split('\n').filter((line) => /^[0-9]{2} /.test(line));
    expect(lines).toHaveLength(11);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(52);
    const typed = lines
      .toReversed()
      .map((line) =>
        line
          .toLowerCase()
          .replaceAll(/(?<=^.{3,})0/g, 'o')
          .replaceAll(/(?<=^.{3,})1/g, 'l')
          .replaceAll(/(?<=^.{4,}) /g, ''),
      )
      .map((line) => line.replace(/^([0-9]{2}) +/, ' $1: '))
      .join('\r\n\r\n');
    expect(await restore(typed)).toMatchObject({ ok: true });
    expect(await readFile(restored, 'utf8')).toBe(await readFile(path, 'utf8'));
  });
  test('nothing of it can be read without the passphrase: it holds what the key file holds', () => {
    expect(JSON.parse(backup.file)).toMatchObject({ format: 'countersign-owner-backup', version: 1, owner });
    expect(Object.keys(JSON.parse(backup.file))).toEqual(['format', 'version', 'kdf', 'boxPublicKey', 'owner', 'sealed', 'sha256']);
  });
});

describe('a backup that is not in order', () => {
  test('each typing mistake is found, and its line named', async () => {
    const lines = backup.print.split('\n');
    const at = lines.findIndex((line) => line.startsWith('07'));
    const good = lines[at] ?? '';
    const withLine = (line: string): string => lines.map((each, index) => (index === at ? line : each)).join('\n');
    for (let position = 4; position < good.length; position += 1) {
      if (good[position] === ' ') continue;
      const other = good[position] === 'A' ? 'B' : 'A';
      const [code, problem] = await refusal(withLine(`${good.slice(0, position)}${other}${good.slice(position + 1)}`));
      expect([code, problem]).toEqual(['malformed', expect.stringMatching(/^line 07 has a mistake/)]);
    }
    const swapped = withLine(
      `07  ${(good.slice(4).match(/^(....) (....)(.*)$/) ?? []).slice(1, 3).toReversed().join(' ')}${good.slice(13)}`,
    );
    expect(await refusal(swapped)).toEqual(['malformed', expect.stringContaining('line 07')]);
    expect(await refusal(withLine(''))).toEqual(['malformed', 'line 07 is missing']);
    expect(await refusal(withLine(good.slice(0, -1)))).toEqual(['malformed', expect.stringContaining('line 07 has 35 characters')]);
    expect(await refusal(withLine(`${good.slice(0, -1)}U`))).toEqual(['malformed', expect.stringContaining('"U"')]);
    expect(await refusal(withLine(good.replace('07', '08')))).toEqual(['malformed', expect.stringContaining('line 08')]);
    expect(await refusal(withLine(good.replace('07', '12')))).toEqual(['malformed', expect.stringContaining('no line 12')]);
    expect(await refusal('')).toEqual(['malformed', 'line 01 is missing']);
  });
  test('lines of two backups, each right by itself', async () => {
    const other = join(directory.path, 'other.json');
    await create(other);
    const [mine, theirs] = [backup.print.split('\n'), (await exported(other)).print.split('\n')];
    const mixed = mine.map((line, index) => (line.startsWith('05') ? theirs[index] : line)).join('\n');
    expect(await refusal(mixed)).toEqual(['malformed', expect.stringContaining('different backups')]);
    expect(await refusal(`${backup.print}\n${theirs.find((line) => line.startsWith('05'))}`)).toEqual([
      'malformed',
      expect.stringContaining('line 05 is there twice'),
    ]);
  });
  test('a changed, truncated or later file', async () => {
    for (let at = 2; at < backup.file.length; at += 7) {
      const changed = Buffer.from(backup.file);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect((await refusal(changed.toString('latin1'), null))[0], `byte ${at}`).not.toBe('ok');
    }
    expect(await refusal(backup.file.slice(0, 400))).toEqual(['malformed', expect.stringContaining('truncated')]);
    expect(await refusal(backup.file.replace('"version": 1', '"version": 2'))).toEqual(['unsupported_version', expect.any(String)]);
    expect(await refusal(backup.print.replace('backup v1', 'backup v2'))).toEqual(['unsupported_version', expect.any(String)]);
    expect(await refusal(await readFile(path, 'utf8'))).toEqual(['malformed', expect.stringContaining('format')]);
  });
  test('the wrong passphrase, and parameters below the floor: nothing is written', async () => {
    expect(await refusal(backup.file, Buffer.from('another'))).toEqual(['wrong_passphrase', expect.any(String)]);
    expect(await refusal(backup.print, Buffer.from('another'))).toEqual(['wrong_passphrase', expect.any(String)]);
    expect(await refusal(backup.file, null, KDF_FLOOR)).toEqual(['kdf_below_floor', expect.any(String)]);
    expect(await refusal(backup.print, null, KDF_FLOOR)).toEqual(['kdf_below_floor', expect.any(String)]);
  });
  test('a file that is there is not written over', async () => {
    restored = join(directory.path, 'there.json');
    await writeFile(restored, 'something else');
    for (const text of [backup.file, backup.print]) expect(await restore(text)).toMatchObject({ ok: false, error: { code: 'exists' } });
    expect(await readFile(restored, 'utf8')).toBe('something else');
  });
  test('a key file that others can read gives no backup', async () => {
    await chmod(path, 0o644);
    expect(await exportOwnerBackup({ path, kdfFloor: TEST_KDF })).toMatchObject({ ok: false, error: { code: 'insecure_mode' } });
  });
});

test('any bytes survive the printed lines', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.uint8Array({ minLength: 240, maxLength: 240 }), (count, random) => {
      const bytes = random.subarray(0, count * 20);
      expect(parseBackupLines(formatBackupLines(bytes).join('\n'), count, 'x')).toEqual(Uint8Array.from(bytes));
    }),
    { numRuns: 200 },
  );
});
