import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOwnerStatement } from '@countersign/core';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { kitView } from '../test-support/fake-owner-side.ts';
import { createOwnerMachine, keypairFile } from '../test-support/owner-files.ts';
import { APPROVAL_ID, NETWORK, preparedPayment, preparedUnfreeze, TRANSACTION_ID, WALLET_ID } from '../test-support/prepared.ts';
import { preparedKits } from '../test-support/prepared-changes.ts';

const machine = createOwnerMachine();
const { folder, owner, cli, offline } = machine;
keypairFile(folder, 'stranger.json', 77);
afterAll(() => machine.end());
beforeEach(() => machine.begin());

const last = (end: string) => machine.service().seen.findLast(({ path }) => path.endsWith(end));
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const multisig = (): string => machine.service().wallets[0]?.multisig ?? '';
/** The network and the multisig that a statement names. */
const place = (): readonly string[] => ['--network', NETWORK, '--multisig', multisig()];

describe('the owner freezes without a credential', () => {
  test('--as-owner: a statement of ten minutes, signed here, and no credential in any request', async () => {
    const frozen = await cli(['freeze', '--as-owner', '--wallet', WALLET_ID, ...place(), '--reason', 'stolen laptop'], { env: {} });
    expect(frozen.notes).toContain('action: freeze');
    expect(frozen.code).toBe(0);
    expect(frozen.out).toContain('✓ frozen');
    const body = JSON.parse(last('/freeze')?.body ?? '{}');
    const parsed = parseOwnerStatement(body.statement);
    expect(parsed).toMatchObject({ ok: true, value: { action: 'freeze', wallet: multisig(), network: NETWORK } });
    expect(parsed.ok && parsed.value.expiresAtMs - Date.now()).toBeLessThanOrEqual(601_000);
    expect(machine.service().seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });
  test('what is not said is asked of the service, or taken from a file; which wallet takes a credential or is named', async () => {
    expect((await cli(['freeze', '--as-owner'])).code).toBe(0);
    const shown = await cli(['wallet', 'show', '--json']);
    expect(shown.json()).toMatchObject({ multisig: multisig(), network: NETWORK });
    writeFileSync(join(folder, 'wallet.json'), shown.out);
    expect((await cli(['freeze', '--as-owner', '--from', 'wallet.json'], { env: {} })).code).toBe(0);
    const unknown = await cli(['freeze', '--as-owner'], { env: {} });
    expect(unknown).toMatchObject({ code: 2, notes: expect.stringContaining('owner sign-in') });
  });
  test('signed offline and handed in by anybody; two statements are never the same', async () => {
    writeFileSync(join(folder, 'place.json'), JSON.stringify({ network: NETWORK, multisig: multisig(), id: WALLET_ID }));
    const make = ['owner', 'statement', 'freeze', '--from', 'place.json', '--minutes', '1440'];
    expect((await offline([...make, '--out', 'freeze-1.json'])).code).toBe(0);
    expect((await offline([...make, '--out', 'freeze-1.json'])).code).toBe(5);
    expect((await offline([...make, '--out', 'freeze-2.json'])).code).toBe(0);
    expect(read('freeze-1.json').statement).not.toBe(read('freeze-2.json').statement);
    const shown = await offline(['owner', 'statement', 'show', 'freeze-1.json']);
    expect(shown.out).toContain('Stops the wallet at once');
    expect(shown.out).toContain(`signed by ${owner}, and the signature is good`);
    expect((await cli(['freeze', '--statement', 'freeze-1.json'], { env: {} })).code).toBe(0);
    expect(JSON.parse(last('/freeze')?.body ?? '{}')).toEqual({
      statement: read('freeze-1.json').statement,
      signature: read('freeze-1.json').signature,
    });
  });
  test('a statement that was changed, or belongs elsewhere, is not handed in', async () => {
    await offline(['owner', 'statement', 'freeze', ...place(), '--wallet', WALLET_ID, '--out', 'good.json']);
    const good = read('good.json');
    const bend = async (more: object): Promise<number> => {
      writeFileSync(join(folder, 'bent.json'), JSON.stringify({ ...good, ...more }));
      return (await cli(['freeze', '--statement', 'bent.json'], { env: {} })).code;
    };
    expect(await bend({ statement: good.statement.replace('freeze', 'unfreeze') })).toBe(2);
    expect(await bend({ signature: good.signature.slice(1) })).toBe(2);
    expect(await bend({ owner: NETWORK })).toBe(2);
    expect(await bend({ format: 'countersign-signatures-v1' })).toBe(2);
    expect((await cli(['reject', '--statement', 'good.json'])).code).toBe(2);
    expect((await cli(['freeze', '--statement', 'good.json', '--as-owner'])).code).toBe(2);
    expect(last('/freeze')).toBeUndefined();
  });
  test('the service refuses a statement of somebody else', async () => {
    expect((await cli(['freeze', '--as-owner', '--owner-key', 'stranger.json'])).code).toBe(5);
  });
});

describe('the owner vetoes', () => {
  test('--as-owner names the request that waits, with the session or an operator beside it', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    expect((await cli(['reject', '--as-owner'])).code).toBe(0);
    const body = JSON.parse(last('/reject')?.body ?? '{}');
    expect(parseOwnerStatement(body.statement)).toMatchObject({ value: { action: 'veto-request', request: TRANSACTION_ID } });
    await cli(['owner', 'sign-in', '--yes'], { env: {} });
    expect((await cli(['reject', APPROVAL_ID, '--as-owner'], { env: {} })).code).toBe(0);
  });
  test('made offline, handed in under the approval that waits', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    const make = ['owner', 'statement', 'veto', '--transaction', TRANSACTION_ID, ...place(), '--out', 'veto.json'];
    expect((await offline(make)).code).toBe(0);
    expect((await cli(['reject', '--statement', 'veto.json'])).code).toBe(0);
    machine.service().prepared = [];
    expect((await cli(['reject', '--statement', 'veto.json'])).code).toBe(4);
    expect((await offline(['owner', 'statement', 'veto', '--transaction', 'apr_1', ...place()])).code).toBe(2);
  });
  test('what is no transaction cannot be vetoed by statement', async () => {
    machine.service().prepared = [await preparedUnfreeze(owner, Date.now())];
    expect((await cli(['reject', '--as-owner'])).code).toBe(2);
  });
});

describe('lockdown', () => {
  test('shows what is armed, asks, and follows it until the limits were read back as gone', async () => {
    machine.service().kits = { items: [kitView()], warnings: [] };
    const asked = await cli(['lockdown'], { answers: ['yes'] });
    expect(asked.out).toContain('Armed:');
    expect(asked.code).toBe(7);
    expect(last('/lockdown')).toBeUndefined();
    machine.service().looksUntilLockedDown = 3;
    const done = await cli(['lockdown', '--reason', 'broken into'], { answers: ['lockdown'] });
    expect(done.notes).toMatch(/: sent sig\n.*: used sig/);
    expect(done.out).toContain('✓ locked down');
    expect(JSON.parse(last('/lockdown')?.body ?? '{}')).toEqual({ reason: 'broken into' });
  });
  test('nothing armed: frozen all the same, exit code 5; out of time: 6', async () => {
    const bare = await cli(['lockdown', '--yes']);
    expect(bare.code).toBe(5);
    expect(bare.out).toContain('✓ frozen');
    machine.service().kits = { items: [kitView()], warnings: [] };
    machine.service().looksUntilLockedDown = 1_000;
    expect((await cli(['lockdown', '--yes', '--timeout', '1'])).code).toBe(6);
  });
  test('without a terminal somebody has to say yes', async () => {
    expect((await cli(['lockdown'])).code).toBe(7);
    expect(last('/lockdown')).toBeUndefined();
  });
});

describe('kits', () => {
  test('what is armed and what is missing', async () => {
    expect((await cli(['kits'])).out).toContain('countersign kits arm');
    machine.service().kits = { items: [kitView({ state: 'handed_out', purpose: 'recovery' })], warnings: ['no lockdown is armed'] };
    const listed = await cli(['kits']);
    expect(listed.out).toContain('handed out');
    expect(listed.out).toContain('! no lockdown is armed');
  });
  test('arm proposes, and goes on to check and sign', async () => {
    machine.service().prepared = [await preparedKits('arm_lockdown', owner, [[NETWORK as never]])];
    const armed = await cli(['kits', 'arm', '--yes']);
    expect(armed.notes).toBe('');
    expect(armed.code).toBe(0);
    expect(armed.out).toContain('can do nothing else');
  });
});

test('unfreeze shows what changed since, and the owner sees it again before signing', async () => {
  machine.service().prepared = [await preparedUnfreeze(owner, Date.now())];
  const asked = await cli(['unfreeze']);
  expect(asked.out).toContain('Since it was frozen, as the service tells it:');
  expect(asked.out).toContain('strange payments');
  expect((await cli(['approve', '--yes'])).out).toContain('strange payments');
  const json = await cli(['unfreeze', '--json']);
  expect(json.json()).toMatchObject({ kind: 'unfreeze', changesSinceFreeze: { reason: 'strange payments' } });
});
