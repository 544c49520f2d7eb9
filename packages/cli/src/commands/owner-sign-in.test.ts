import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { SESSION_SECRET } from '../test-support/fake-owner-side.ts';
import { startFakeService } from '../test-support/fake-service.ts';
import { createOwnerMachine } from '../test-support/owner-files.ts';
import { preparedPayment, RECIPIENT } from '../test-support/prepared.ts';

const machine = createOwnerMachine();
const { folder, owner, cli } = machine;
const file = join(folder, 'countersign', 'session.json');
afterAll(() => machine.end());
beforeEach(() => machine.begin());

/** Without any credential but the session. */
const asOwner = (argv: readonly string[]) => cli(argv, { env: {} });
const signIn = () => cli(['owner', 'sign-in', '--yes'], { env: {} });
const signedIn = (): boolean => machine.service().seen.some(({ path }) => path === '/v1/sign-in');

describe('the owner signs in', () => {
  test('the text is shown and signed; the session lies in a file of mode 600 and serves what an owner may do', async () => {
    const done = await cli(['owner', 'sign-in'], { env: {}, answers: ['yes'] });
    expect(done.notes).toContain('wants you to sign in with your Solana account');
    expect(done.code).toBe(0);
    expect(done.out).not.toContain(SESSION_SECRET);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    machine.service().prepared = [await preparedPayment(owner)];
    for (const command of [['approvals'], ['wallet', 'show'], ['keys'], ['kits'], ['whoami'], ['approve', '--yes']])
      expect((await asOwner(command)).code, command.join(' ')).toBe(0);
    expect((await asOwner(['whoami', '--json'])).json()).toMatchObject({ role: 'owner', owner });
    // What is an operator's takes an operator's credential.
    expect((await asOwner(['keys', 'rotate'])).code).toBe(2);
  });
  test('anything but yes signs nothing', async () => {
    expect((await cli(['owner', 'sign-in'], { env: {}, answers: ['y'] })).code).toBe(7);
    expect((await cli(['owner', 'sign-in'], { env: {} })).code).toBe(7);
    expect(signedIn()).toBe(false);
  });
  test('sign-out ends it in the service and here', async () => {
    await signIn();
    expect((await asOwner(['owner', 'sign-out'])).code).toBe(0);
    expect(machine.service().seen.at(-1)).toMatchObject({ path: '/v1/sign-out', headers: { authorization: `Bearer ${SESSION_SECRET}` } });
    expect(existsSync(file)).toBe(false);
    expect((await asOwner(['approvals'])).code).toBe(2);
    expect((await asOwner(['owner', 'sign-out'])).code).toBe(4);
  });
  test('attack: the session goes to its own service alone, and to none once it has ended', async () => {
    await signIn();
    const other = await startFakeService(owner);
    const lured = await cli(['approvals'], { env: { COUNTERSIGN_URL: other.url } });
    await other.close();
    expect(lured.code).toBe(2);
    expect(other.seen).toEqual([]);
    machine.service().sessionExpiresAt = new Date(Date.now() - 1_000).toISOString();
    await signIn();
    const before = machine.service().seen.length;
    expect(await asOwner(['approvals'])).toMatchObject({ code: 2, notes: expect.stringContaining('has ended') });
    expect(machine.service().seen).toHaveLength(before);
  });
  test('a credential that is named goes before the session; a file that others can read is not used', async () => {
    await signIn();
    expect((await cli(['whoami', '--json'])).json()).toMatchObject({ role: 'operator' });
    const content = readFileSync(file, 'utf8');
    writeFileSync(file, content.replace('countersign-session-v1', 'something-else'));
    expect((await asOwner(['approvals'])).notes).toContain('damaged');
    const { chmodSync } = await import('node:fs');
    writeFileSync(file, content);
    chmodSync(file, 0o644);
    expect(await asOwner(['approvals'])).toMatchObject({ code: 2, notes: expect.stringContaining('others can read') });
    chmodSync(file, 0o600);
  });
});

describe('INVARIANT I6: a service that lies about the text to sign in with gets no signature', () => {
  test.each([
    ['of another host', { domain: 'bank.example.com' }],
    ['of another port', { domain: '127.0.0.1:1' }],
    ['with a uri elsewhere', { uri: 'https://bank.example.com' }],
    ['with a longer uri', { uri: 'http://127.0.0.1:1/\u001b[2J' }],
    ['for another key', { address: RECIPIENT }],
    ['that ended', { issuedAtMs: 1_700_000_000_000, expiresAtMs: 1_700_000_300_000 }],
    ['good for a day', { expiresAtMs: Math.floor(Date.now() / 1000) * 1000 + 86_400_000 }],
    ['from the future', { issuedAtMs: Math.floor(Date.now() / 1000) * 1000 + 120_000 }],
  ])('a text %s', async (_name, lie) => {
    machine.service().challenge = (honest) => ({ ...honest, ...lie });
    const refused = await cli(['owner', 'sign-in', '--yes', '--json'], { env: {} });
    expect(refused.json()).toMatchObject({ code: 'refused_to_sign', exitCode: 7 });
    expect(signedIn()).toBe(false);
  });
});
