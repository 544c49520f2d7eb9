import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KDF_FLOOR, openSealedOwnerKey } from '@countersign/selfhost';
import { afterAll, expect, test } from 'vitest';
import { keypairFile } from '../test-support/owner-files.ts';
import { type Ran, runCli } from '../test-support/test-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const OLD = 'correct horse battery staple';
const NEW = 'another five random words here';
const cli = (argv: readonly string[], answers: readonly string[] | null = null): Promise<Ran> =>
  runCli(argv, { env: { XDG_CONFIG_HOME: folder }, cwd: folder, answers });
const opens = async (file: string, passphrase: string): Promise<boolean> => {
  const opened = await openSealedOwnerKey({ path: join(folder, file), kdfFloor: KDF_FLOOR, passphrase: Buffer.from(passphrase) });
  if (opened.ok) await opened.value.close();
  return opened.ok;
};

test('offline: init, show, back up, restore, change the passphrase; nothing is ever written over', async () => {
  const made = await cli(['owner', 'init', '--out', 'key.json', '--json'], [OLD, OLD]);
  expect(made.code).toBe(0);
  const { owner } = made.json();
  expect((await cli(['owner', 'init', '--out', 'key.json'], [OLD, OLD])).code).toBe(5);
  expect((await cli(['owner', 'show', 'key.json', '--json'])).json()).toMatchObject({ owner });
  expect((await cli(['owner', 'show', '--owner-key', 'key.json', '--json'])).json()).toMatchObject({ owner });

  const printed = await cli(['owner', 'export-backup', '--owner-key', 'key.json', '--print']);
  expect(printed.out).toContain('Countersign owner backup v1');
  expect((await cli(['owner', 'export-backup', '--owner-key', 'key.json', '--out', 'backup.json'])).code).toBe(0);
  expect((await cli(['owner', 'export-backup', '--owner-key', 'key.json', '--out', 'backup.json'])).code).toBe(5);

  const restored = await cli(['owner', 'restore', 'backup.json', '--out', 'restored.json', '--json'], [OLD]);
  expect(restored.json()).toMatchObject({ owner, opened: true });
  expect(readFileSync(join(folder, 'restored.json'))).toEqual(readFileSync(join(folder, 'key.json')));
  expect((await cli(['owner', 'restore', 'backup.json', '--out', 'restored.json'], [OLD])).code).toBe(5);
  const wrong = await cli(['owner', 'restore', 'backup.json', '--out', 'wrong.json'], ['not the passphrase']);
  expect(wrong).toMatchObject({ code: 7, notes: expect.stringContaining('passphrase is wrong') });
  expect((await cli(['owner', 'show', 'wrong.json'])).code).toBe(4);

  // The page that was printed, typed in again.
  const lines = printed.out.split('\n').slice(0, 16);
  const typed = await cli(['owner', 'restore', '-', '--out', 'typed.json', '--unopened'], [...lines, '', '', '', '']);
  expect(typed.notes).toBe('');
  expect((await cli(['owner', 'show', 'typed.json', '--json'])).json()).toMatchObject({ owner });

  const change = ['owner', 'change-passphrase', '--owner-key', 'key.json'];
  expect((await cli(change, ['not the passphrase', NEW, NEW])).code).toBe(7);
  expect((await cli(change, [OLD, NEW, 'something else here'])).code).toBe(7);
  expect((await cli(change, [OLD, 'short', 'short'])).code).toBe(2);
  expect(await opens('key.json', OLD)).toBe(true);
  const changed = await cli([...change, '--json'], [OLD, NEW, NEW]);
  expect(changed.json()).toMatchObject({ owner });
  expect([await opens('key.json', OLD), await opens('key.json', NEW), await opens('restored.json', OLD)]).toEqual([false, true, true]);
}, 120_000);

test('a keypair file is told by its content; files that others can read, and none, give one line each', async () => {
  const { key, path } = keypairFile(folder, 'id.json', 60);
  expect((await cli(['owner', 'show', 'id.json', '--json'])).json()).toMatchObject({ owner: key.address, file: path });
  writeFileSync(join(folder, 'open.json'), readFileSync(path), { mode: 0o644 });
  expect(await cli(['owner', 'show', 'open.json'])).toMatchObject({
    code: 7,
    out: '',
    notes: expect.stringMatching(/^countersign: .*chmod 600\n$/),
  });
  expect(await cli(['owner', 'show', 'none.json'])).toMatchObject({
    code: 4,
    out: '',
    notes: expect.stringMatching(/^countersign: .*\n$/),
  });
  writeFileSync(join(folder, 'broken.json'), '[1,2,3]', { mode: 0o600 });
  expect((await cli(['owner', 'show', 'broken.json'])).code).toBe(7);
});

test.each([
  [['--owner-key', 'id.json', '--paste', '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'], 'named twice'],
  [['--kms', 'alias/x', '--pkcs11', '/lib.so'], 'named twice'],
  [['--region', 'eu-central-1'], 'without it'],
  [['--token', 'wallets'], 'without it'],
  [['--kms', 'alias/x'], 'region'],
  [['--kms', 'alias/x', '--region', 'eu-central-1', '--endpoint', 'https://evil.example.com'], 'not on this machine'],
  [['--kms', 'alias/x', '--region', 'eu-central-1', '--role', 'arn:aws:iam::123456789012:role/owner'], 'MFA device'],
  [['--pkcs11', '/lib.so', '--token', 'wallets'], '--key'],
])('a key that is named wrongly: %j', async (argv, words) => {
  expect(await cli(['owner', 'sign-in', '--url', 'http://127.0.0.1:1', ...argv])).toMatchObject({
    code: 2,
    notes: expect.stringContaining(words),
  });
});
