import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase58, sha256Hex } from '@countersign/core';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildHandOver, buildLockdown } from '../../../solana/src/build/kit-messages.ts';
import { createOwnerMachine, keypairFile } from '../test-support/owner-files.ts';
import { addressesFor, RECIPIENT } from '../test-support/prepared.ts';
import { nonceOf, preparedKits, RECOVERY } from '../test-support/prepared-changes.ts';

const machine = createOwnerMachine();
const { folder, owner, cli, offline } = machine;
keypairFile(folder, 'recovery.json', 23);
keypairFile(folder, 'stranger.json', 77);
afterAll(() => machine.end());
beforeEach(async () => {
  const end = await machine.begin();
  machine.service().prepared = [await preparedKits('make_recovery_kit', owner)];
  return end;
});
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const approved = (): boolean => machine.service().seen.some(({ path }) => path.endsWith('/approve'));

describe('a recovery kit', () => {
  test('is checked, signed, kept in a file of mode 600, and handed in; it is proven again offline', async () => {
    const made = await cli(['owner', 'recovery-kit', '--out', 'kit.json'], { answers: ['yes'] });
    expect(made.notes).toBe('');
    expect(made.code).toBe(0);
    expect(made.out).toContain('! Whoever holds the recovery key');
    expect(statSync(join(folder, 'kit.json')).mode & 0o777).toBe(0o600);
    expect(approved()).toBe(true);
    const checked = await offline(['owner', 'recovery-kit', 'check', 'kit.json']);
    expect(checked.code).toBe(0);
    expect(checked.out).toContain('hand the control of the wallet over to the recovery key. It can do nothing else');
    expect((await offline(['owner', 'recovery-kit', 'check', 'kit.json', '--json'])).json()).toMatchObject({
      good: true,
      owner,
      recovery: RECOVERY,
    });
  });
  test('no kit is written over, and nothing is signed then', async () => {
    writeFileSync(join(folder, 'kept.json'), 'mine');
    expect((await cli(['owner', 'recovery-kit', '--yes', '--out', 'kept.json'])).code).toBe(5);
    expect(read('kept.json')).toBe('mine');
    expect(approved()).toBe(false);
  });
  test('"approve" keeps it too, so that no signature of it is given away for nothing', async () => {
    expect((await cli(['approve', '--yes', '--kit', 'by-approve.json'])).code).toBe(0);
    expect((await offline(['owner', 'recovery-kit', 'check', 'by-approve.json'])).code).toBe(0);
  });
  test('signed on another machine it is kept there', async () => {
    expect((await cli(['approve', '--out', 'to-sign.json'])).code).toBe(0);
    const signed = await offline(['owner', 'approve', 'to-sign.json', '--yes', '--kit', 'offline-kit.json', '--out', 'signed.json']);
    expect(signed.out).toContain('the recovery kit is in');
    expect((await cli(['approve', '--signatures', 'signed.json'])).code).toBe(0);
    expect((await offline(['owner', 'recovery-kit', 'check', 'offline-kit.json'])).code).toBe(0);
  });
  test('when the service does not take it, the kit says so', async () => {
    machine.service().outdated = 9;
    const refused = await cli(['owner', 'recovery-kit', '--yes', '--out', 'refused.json']);
    expect(refused.code).toBe(5);
    expect(refused.notes).toContain('may be worthless; make another one');
    expect(existsSync(join(folder, 'refused.json'))).toBe(true);
  });
  test('printed as a page it comes back from its lines', async () => {
    const printed = await cli(['owner', 'recovery-kit', '--yes', '--out', 'printed.json', '--print']);
    expect(printed.out).toContain('COUNTERSIGN RECOVERY KIT');
    const lines = printed.out.split('\n').filter((line) => line.startsWith('countersign-part '));
    const checked = await offline(['owner', 'recovery-kit', 'check', '-'], { input: lines.toReversed().join('\n') });
    expect(checked.notes).toBe('');
    expect(checked.code).toBe(0);
  });
});

describe('INVARIANT I7: a kit that was tampered with is refused before any key is opened', () => {
  const wrong = async (name: string, bend: (kit: { readonly [name: string]: string }) => object): Promise<void> => {
    if (!existsSync(join(folder, 'good.json'))) await cli(['owner', 'recovery-kit', '--yes', '--out', 'good.json']);
    writeFileSync(join(folder, 'bent.json'), JSON.stringify(bend(JSON.parse(read('good.json')))));
    const refused = await offline(['owner', 'recovery-kit', 'check', 'bent.json', '--json']);
    expect(refused.json(), name).toMatchObject({ code: 'kit_invalid', exitCode: 7 });
    const used = await offline([
      'owner',
      'recover',
      '--kit',
      'bent.json',
      '--recovery-key',
      'recovery.json',
      '--rpc',
      'http://127.0.0.1:1',
      '--yes',
    ]);
    expect(used, name).toMatchObject({ code: 7, notes: expect.stringContaining('no recovery kit that may be used') });
  };
  const signed = (bytes: Uint8Array): object => ({
    ...{ message: Buffer.from(bytes).toString('base64'), messageSha256: sha256Hex(bytes) },
    ownerSignature: encodeBase58(machine.key.sign(bytes)),
  });

  test('another recovery key, another wallet, another nonce, a signature of nobody, a name more', async () => {
    await wrong('recovery', (kit) => ({ ...kit, recovery: RECIPIENT }));
    await wrong('multisig', (kit) => ({ ...kit, multisig: RECIPIENT }));
    await wrong('owner', (kit) => ({ ...kit, owner: RECIPIENT }));
    await wrong('nonce', (kit) => ({ ...kit, nonceAccount: RECIPIENT }));
    await wrong('signature', (kit) => ({ ...kit, ownerSignature: encodeBase58(new Uint8Array(64)) }));
    await wrong('message', ({ message = '', ...kit }) => ({ ...kit, message: message.replace(/.{4}$/, 'AAAA') }));
    await wrong('format', (kit) => ({ ...kit, format: 'countersign-recovery-kit-v2' }));
    await wrong('more', (kit) => ({ ...kit, note: 'trust me' }));
  });
  test('what hands over to somebody else, or does something else, though the owner signed it', async () => {
    const now = await addressesFor(owner);
    await wrong('to somebody else', (kit) => ({ ...kit, ...signed(buildHandOver(now, RECIPIENT, nonceOf(owner, 0))) }));
    await wrong('a lockdown', (kit) => ({ ...kit, ...signed(buildLockdown(now, nonceOf(owner, 0), [RECIPIENT])) }));
  });
  test('the service prepares a hand-over to somebody else: nothing is signed and no kit is made', async () => {
    const now = await addressesFor(owner);
    const honest = await preparedKits('make_recovery_kit', owner);
    const bytes = buildHandOver(now, RECIPIENT, nonceOf(owner, 0));
    machine.service().prepared = [{ ...honest, messages: [Buffer.from(bytes).toString('base64')] }];
    const refused = await cli(['owner', 'recovery-kit', '--yes', '--out', 'thief.json', '--json']);
    expect(refused.json()).toMatchObject({ code: 'refused_to_sign' });
    expect(existsSync(join(folder, 'thief.json'))).toBe(false);
    expect(approved()).toBe(false);
  });
});

describe('recover and withdraw, before the chain is asked', () => {
  const rpc = ['--rpc', 'http://127.0.0.1:1'];
  test('the kit is used with its own recovery key alone', async () => {
    await cli(['owner', 'recovery-kit', '--yes', '--out', 'own.json']);
    const refused = await offline(['owner', 'recover', '--kit', 'own.json', '--recovery-key', 'stranger.json', ...rpc]);
    expect(refused).toMatchObject({ code: 2, notes: expect.stringContaining(`for the recovery key ${RECOVERY}`) });
    const silent = await offline(['owner', 'recover', '--kit', 'own.json', '--recovery-key', 'recovery.json', ...rpc, '--yes']);
    expect(silent).toMatchObject({ code: 6, notes: expect.stringContaining('cannot be taken over') });
  });
  test.each([
    [['owner', 'withdraw', '--multisig', 'x', '--to', RECIPIENT, ...rpc], 2],
    [['owner', 'withdraw', '--multisig', RECOVERY, '--to', 'x', ...rpc], 2],
    [['owner', 'withdraw', '--multisig', RECOVERY, '--to', RECIPIENT], 2],
    [['owner', 'withdraw', '--multisig', RECOVERY, '--to', RECIPIENT, '--rpc', 'http://node.example.com'], 2],
    [['owner', 'withdraw', '--multisig', RECOVERY, '--to', RECIPIENT, ...rpc, '--leave', 'x'], 2],
    [['owner', 'withdraw', '--multisig', RECOVERY, '--to', RECIPIENT, ...rpc], 6],
  ])('%j', async (argv, code) => {
    expect((await offline(argv)).code).toBe(code);
  });
});
