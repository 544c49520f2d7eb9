import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '@countersign/core';
import { createSealedOwnerKey, KDF_FLOOR } from '@countersign/selfhost';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FakeService, startFakeService } from './test-support/fake-service.ts';
import {
  APPROVAL_ID,
  must,
  preparedCall,
  preparedPayment,
  preparedUnfreeze,
  RECIPIENT,
  STRANGER,
  TRANSACTION_ID,
  transaction,
} from './test-support/prepared.ts';
import { runCli } from './test-support/test-world.ts';

/** Every command of the owner's half. */
const COMMANDS = [
  ...['approve', 'reject', 'approvals', 'approvals show', 'freeze', 'lockdown', 'unfreeze', 'keys', 'keys rotate', 'keys revoke'],
  ...[
    'keys replace-owner',
    'keys backup',
    'keys restore',
    'kits',
    'kits arm',
    'kits propose',
    'policy diff',
    'policy tighten',
    'policy propose',
  ],
  ...['owner init', 'owner show', 'owner change-passphrase', 'owner export-backup', 'owner restore', 'owner approve'],
  ...['owner statement', 'owner statement freeze', 'owner statement veto', 'owner statement show', 'owner sign-in', 'owner sign-out'],
  ...['owner recovery-kit', 'owner recovery-kit check', 'owner recover', 'owner withdraw', 'wallet create', 'wallet show', 'doctor'],
];
const BIN = fileURLToPath(new URL('../bin/countersign.mjs', import.meta.url));
const PASSPHRASE = 'correct horse battery staple';
const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
const keyFile = join(folder, 'owner-key.json');
let owner: Address;
let service: FakeService;

beforeAll(async () => {
  const passphrase = Buffer.from(PASSPHRASE);
  owner = must(await createSealedOwnerKey({ path: keyFile, passphrase, kdf: KDF_FLOOR, kdfFloor: KDF_FLOOR })).owner;
  writeFileSync(join(folder, 'passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
});
beforeEach(async () => {
  service = await startFakeService(owner);
  return () => service.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const env = () => ({ COUNTERSIGN_URL: service.url, COUNTERSIGN_CREDENTIAL: 'secret', COUNTERSIGN_OWNER_KEY_FILE: keyFile });
const cli = (argv: readonly string[], answers: readonly string[] | null = null) => runCli(argv, { env: env(), cwd: folder, answers });

/** The command as its own process, without a terminal. */
function spawnCli(argv: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly error: string }> {
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [BIN, ...argv],
      { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env() } },
      (error, out, text) => resolve({ code: error === null ? 0 : Number(error.code), out, error: text }),
    ),
  );
}

describe('as a process', () => {
  test('one JSON document on standard output, also for a refusal; one line of error for people', async () => {
    const shown = await spawnCli(['tx', 'show', TRANSACTION_ID, '--json']);
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.out).state).toBe('finalized');
    const denied = await spawnCli(['pay', '--to', STRANGER, '--amount', '0.25', '--json']);
    expect(denied.code).toBe(3);
    expect(JSON.parse(denied.out)).toMatchObject({ code: 'payment_denied', exitCode: 3, violations: [{ rule: 'listed-recipients' }] });
    const people = await spawnCli(['tx', 'show', 'tx_none']);
    expect(people).toMatchObject({ code: 4, out: '', error: 'countersign: it is not_found: do something else\n' });
  });
  test('freeze tells what may still land and loads no client library', async () => {
    const frozen = await spawnCli(['freeze']);
    expect(frozen.code).toBe(0);
    expect(frozen.out).toContain('tx_1');
    expect(frozen.out).not.toContain('\u001b[');
  });
  test('approve without a terminal and without --yes signs nothing', async () => {
    service.prepared = [await preparedPayment(owner)];
    const refused = await spawnCli(['approve']);
    expect(refused.code).toBe(7);
    expect(refused.error).toContain('--yes');
    expect(service.seen.some(({ path }) => path.endsWith('/approve'))).toBe(false);
  });
  test('without the Node 24 of the clone it says what to do', async () => {
    const lonely = join(folder, 'elsewhere', 'bin');
    mkdirSync(lonely, { recursive: true });
    copyFileSync(BIN, join(lonely, 'countersign.mjs'));
    const old = "Object.defineProperty(process.versions, 'node', { value: '20.0.0' }); await import(process.argv[1]);";
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', old, join(lonely, 'countersign.mjs')], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'countersign: the Node 24 of this clone is missing: run "npm install"\n' });
  });
  test('a service that does not answer', async () => {
    await service.close();
    const refused = await spawnCli(['whoami', '--json']);
    expect(refused.code).toBe(6);
    expect(JSON.parse(refused.out).code).toBe('transport_failed');
  });
});

describe('exit codes and use', () => {
  test('wrong use is 2 and a JSON document with --json', async () => {
    expect((await cli(['nope'])).code).toBe(2);
    expect((await cli(['pay', '--json'])).json()).toMatchObject({ code: 'usage', exitCode: 2 });
    expect((await cli(['wallet'])).code).toBe(2);
    expect((await cli(['wallet', '--help'])).code).toBe(0);
  });
  test('a wrong credential is 2, a plain http address of another machine is refused before anything is sent', async () => {
    const wrong = await runCli(['whoami'], { env: { ...env(), COUNTERSIGN_CREDENTIAL: 'other' }, cwd: folder });
    expect(wrong.code).toBe(2);
    const before = service.seen.length;
    expect((await cli(['whoami', '--url', 'http://192.0.2.1:7070'])).notes).toContain('unencrypted');
    expect(service.seen.length).toBe(before);
  });
  test('attack: the credentials of this clone go to its own service alone', async () => {
    const clone = join(folder, 'clone');
    mkdirSync(join(clone, 'data', 'demo'), { recursive: true });
    writeFileSync(join(clone, 'data', 'demo', 'credential'), 'secret\n', { mode: 0o600 });
    const content = { url: service.url, operatorCredentialFile: 'data/demo/credential', agentCredentialFile: null };
    writeFileSync(join(clone, 'data', 'demo', 'client.json'), JSON.stringify(content));
    const inside = join(clone, 'data');
    expect((await runCli(['whoami'], { cwd: inside })).code).toBe(0);
    const other = await startFakeService(owner);
    const lured = await runCli(['whoami'], { cwd: inside, env: { COUNTERSIGN_URL: other.url } });
    await other.close();
    expect(lured.code).toBe(2);
    expect(other.seen).toEqual([]);
  });
  test('several wallets have to be told apart, by id or name', async () => {
    const [one] = service.wallets;
    if (!one) throw new Error('no wallet');
    service.wallets = [one, { ...one, id: 'wal_01KAQ5R9V3N8X2M4T6W8Y0Z1B4', name: 'other' }];
    expect((await cli(['freeze'])).notes).toContain('2 wallets');
    expect((await cli(['freeze', '--wallet', 'main'])).code).toBe(0);
    expect((await cli(['freeze', '--wallet', 'none'])).code).toBe(4);
  });
  test('doctor says what is wrong', async () => {
    const sick = await cli(['doctor']);
    expect(sick.code).toBe(6);
    expect(sick.out).toContain('✗ service chain: no node answers');
  });
  test('every command has help with an example', async () => {
    const script = (await cli(['completion', 'bash', '--json'])).json()['script'];
    const paths = [...String(script).matchAll(/^ {4}'([a-z -]+)'\) \[\[/gm)].map(([, path = '']) => path);
    for (const path of paths) {
      const help = await cli([...path.split(' '), '--help']);
      expect(help.code, path).toBe(0);
      expect(help.out, path).toMatch(/\nExamples?:\n {2}\$ countersign|\nExamples?:\n {2}\$ solana/);
      expect(help.out, path).toContain(`Usage: countersign ${path}`);
    }
    expect(paths).toEqual(expect.arrayContaining(COMMANDS));
    expect(paths).not.toContain('owner add');
    expect(paths).not.toContain('owner sign');
  });
});

describe('pay', () => {
  test('the amount is in units of the asset; the key is printed and pays once', async () => {
    const paid = await cli(['pay', '--to', RECIPIENT, '--amount', '0.25', '--idempotency-key', 'k1', '--json']);
    expect(paid.json()).toMatchObject({ amount: '250000000', asset: 'SOL', state: 'submitted' });
    expect(paid.notes).toContain('Idempotency-Key: k1');
    expect((await cli(['pay', '--to', RECIPIENT, '--amount', '0.25', '--idempotency-key', 'k1'])).code).toBe(0);
    expect((await cli(['pay', '--to', RECIPIENT, '--amount', '0.26', '--idempotency-key', 'k1'])).code).toBe(5);
    expect(service.paid.size).toBe(1);
  });
  test('--dry-run decides and does nothing', async () => {
    expect((await cli(['pay', '--to', STRANGER, '--amount', '1', '--dry-run'])).code).toBe(3);
    expect((await cli(['pay', '--to', RECIPIENT, '--amount', '1', '--dry-run'])).code).toBe(0);
    expect(service.paid.size).toBe(0);
  });
  test('--message sends a message of the agent, from a file or standard input, and nothing beside it', async () => {
    const bytes = Buffer.from([1, 0, 1, 2, ...Buffer.alloc(96, 7), 0]);
    writeFileSync(join(folder, 'message.bin'), bytes);
    const sent = await cli(['pay', '--message', 'message.bin', '--json']);
    expect(sent.json()).toMatchObject({ state: 'awaiting_owner', message: bytes.toString('base64'), asset: null });
    const body = () => JSON.parse(service.seen.filter(({ path }) => path.endsWith('/transactions')).at(-1)?.body ?? '');
    expect(body()).toEqual({ message: bytes.toString('base64') });
    const options = { env: env(), cwd: folder, answers: null };
    const piped = await runCli(['pay', '--message', '-', '--dry-run'], { ...options, input: Buffer.from(`${bytes.toString('base64')}\n`) });
    expect(piped.out).toContain('would wait for the owner');
    expect(piped.out).toContain('The vault calls a program.');
    expect(body()).toEqual({ message: bytes.toString('base64') });
    for (const more of [['--to', RECIPIENT], ['--amount', '1'], ['--memo', 'x'], ['--asset', 'SOL'], ['--base-units']])
      expect((await cli(['pay', '--message', 'message.bin', ...more])).code, more.join(' ')).toBe(2);
    for (const less of [[], ['--to', RECIPIENT], ['--amount', '1'], ['--message', 'none.bin']])
      expect((await cli(['pay', ...less])).code, less.join(' ')).toBe(2);
  });
  test('a delayed payment says when it goes and how it is vetoed', async () => {
    service.delayed = { state: 'awaiting_delay', route: 'delayed', approval: APPROVAL_ID, releasesAt: '2026-01-01T01:00:00.000Z' };
    const paid = await cli(['pay', '--to', RECIPIENT, '--amount', '0.25']);
    expect(paid.code).toBe(0);
    expect(paid.out).toContain(
      `it goes by itself 2026-01-01T01:00:00.000Z; until then it is vetoed with: countersign reject ${APPROVAL_ID}`,
    );
    expect((await cli(['reject', APPROVAL_ID])).out).toContain('✓ rejected');
  });
  test('--wait comes back when it is final, 5 when it failed', async () => {
    const wait = ['pay', '--to', RECIPIENT, '--amount', '5', '--base-units', '--wait', 'finalized', '--json'];
    expect((await cli(wait)).json()).toMatchObject({ state: 'finalized', amount: '5' });
    service.laterState = 'failed';
    expect((await cli(wait)).code).toBe(5);
  });
});

describe('approve', () => {
  test('shows what the bytes do, asks, and signs exactly them', async () => {
    service.prepared = [await preparedPayment(owner)];
    const approved = await cli(['approve'], ['yes', PASSPHRASE]);
    expect(approved.notes).toBe('');
    expect(approved.code).toBe(0);
    expect(approved.out).toContain(`to   ${RECIPIENT}`);
    expect(approved.out).toContain('The service says, and nothing here proves it');
  });
  test('anything but yes, and a wrong passphrase, sign nothing', async () => {
    service.prepared = [await preparedPayment(owner)];
    expect((await cli(['approve'], ['y'])).code).toBe(7);
    expect((await cli(['approve'], ['yes', 'wrong'])).notes).toContain('passphrase is wrong');
    expect(service.seen.some(({ path }) => path.endsWith('/approve'))).toBe(false);
  });
  test('INVARIANT I6: bytes that do something else are refused, even with --yes', async () => {
    service.prepared = [await preparedPayment(owner, { recipient: STRANGER })];
    const refused = await cli(['approve', '--yes', '--passphrase-file', 'passphrase', '--json']);
    expect(refused.code).toBe(7);
    expect(refused.json()).toMatchObject({ code: 'refused_to_sign' });
    expect(service.seen.some(({ path }) => path.endsWith('/approve'))).toBe(false);
  });
  test('INVARIANT I7: unfreezing, without a terminal', async () => {
    service.prepared = [await preparedUnfreeze(owner, Date.now())];
    const approved = await cli(['approve', '--yes', '--passphrase-file', 'passphrase', '--json']);
    expect(approved.json()).toMatchObject({ approval: { state: 'executing' }, signed: { key: owner, part: 'owner' } });
  });
  test('bytes that are no longer current are prepared and read anew; the consent holds when they do the same', async () => {
    service.prepared = [await preparedPayment(owner), await preparedPayment(owner, { index: 2n })];
    service.outdated = 1;
    const approved = await cli(['approve', '--yes', '--passphrase-file', 'passphrase']);
    expect(approved.code).toBe(0);
    expect(approved.notes).toBe('');
  });
  test('INVARIANT I6: when they do something else the owner is asked again, and --yes is no answer to that', async () => {
    const other = { ...(await preparedPayment(owner, { amount: 3n })), transaction: transaction({ amount: '3' }) };
    service.prepared = [await preparedPayment(owner), other];
    service.outdated = 1;
    const refused = await cli(['approve', '--yes', '--passphrase-file', 'passphrase']);
    expect(refused.code).toBe(7);
    expect(refused.notes).toContain('has changed since you read it');
    expect(service.seen.filter(({ path }) => path.endsWith('/approve'))).toHaveLength(1);
  });
  test('INVARIANT I6: what is not understood is marked, typed by hand, and never let through by --yes', async () => {
    const program = createTestKey(Buffer.alloc(32, 20)).address;
    service.prepared = [
      await preparedCall(owner, ({ vault }) => [
        { programAddress: program as never, accounts: [{ address: vault as never, role: 3 }], data: Uint8Array.of(1) },
      ]),
    ];
    const quick = await cli(['approve', '--yes', '--passphrase-file', 'passphrase']);
    expect(quick.code).toBe(7);
    expect(quick.notes).toContain('--yes cannot answer');
    expect(quick.out).toContain('✗ UNKNOWN: ');
    for (const answers of [
      ['yes', PASSPHRASE],
      ['UNKNOWN', 'yes', PASSPHRASE],
      [program, 'yes', PASSPHRASE],
      [program.slice(0, 8), 'no'],
    ])
      expect((await cli(['approve'], answers)).code, answers.join()).toBe(7);
    expect(service.seen.some(({ path }) => path.endsWith('/approve'))).toBe(false);
    const approved = await cli(['approve'], [program.slice(0, 8), 'yes', PASSPHRASE]);
    expect(approved.notes).toBe('');
    expect(approved.code).toBe(0);
    const carried = await cli(['approve', '--out', 'call-to-sign.json']);
    expect(carried.out).toContain('✗ UNKNOWN: ');
    expect(
      (await cli(['owner', 'approve', 'call-to-sign.json', '--yes', '--passphrase-file', 'passphrase', '--out', 'call.json'])).code,
    ).toBe(7);
    const shown = await cli(['approvals', 'show', APPROVAL_ID, '--json']);
    expect(shown.json()).toMatchObject({ toSign: { unknown: [{ program, word: program.slice(0, 8) }] } });
  });
  test('several that wait are listed, and none is signed', async () => {
    const payment = await preparedPayment(owner);
    service.prepared = [payment, { ...payment, approval: { ...payment.approval, id: 'apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B4' } }];
    const listed = await cli(['approve']);
    expect(listed.code).toBe(2);
    expect(listed.out).toContain('apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B4');
  });
  test('on two machines: a file out, signed offline, handed in', async () => {
    service.prepared = [await preparedPayment(owner)];
    expect((await cli(['approve', '--out', 'to-sign.json'])).code).toBe(0);
    const before = service.seen.length;
    expect((await cli(['owner', 'approve', 'to-sign.json', '--yes', '--passphrase-file', 'passphrase'])).code).toBe(0);
    expect(service.seen.length).toBe(before);
    expect((await cli(['approve', '--signatures', 'signatures.json'])).code).toBe(0);
    expect((await cli(['owner', 'approve', 'to-sign.json', '--yes', '--passphrase-file', 'passphrase'])).code).toBe(5);
  });
});
