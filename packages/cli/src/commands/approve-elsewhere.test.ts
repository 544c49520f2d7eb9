import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase58, verifyEd25519, wrapOffChainMessage } from '@countersign/core';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { toParts } from '../support/carried-parts.ts';
import { createOwnerMachine, keypairFile } from '../test-support/owner-files.ts';
import { APPROVAL_ID, preparedPayment, preparedUnfreeze, RECIPIENT, STRANGER } from '../test-support/prepared.ts';
import { NEW_OWNER, preparedRekeying, RECOVERY } from '../test-support/prepared-changes.ts';

const machine = createOwnerMachine();
const { folder, owner, cli, offline } = machine;
const newOwner = keypairFile(folder, 'new.json', 22);
const recovery = keypairFile(folder, 'recovery.json', 23);
afterAll(() => machine.end());
beforeEach(() => machine.begin());

const approved = (): boolean => machine.service().seen.some(({ path }) => path.endsWith('/approve'));
const names = Array.from({ length: 100 }, (_, index) => index);
const fresh = (name: string): string => `${name}-${names.shift()}.json`;
const partsIn = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('countersign-part '));

describe('an approval that is signed on another machine', () => {
  test('the keys of this test are those that the bytes are built for', () => {
    expect([newOwner.key.address, recovery.key.address]).toEqual([NEW_OWNER, RECOVERY]);
  });
  test('by file: written, signed offline, handed in; under both names', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    const [toSign, signed] = [fresh('to-sign'), fresh('signed')];
    expect((await cli(['owner', 'approve', '--out', toSign])).code).toBe(0);
    const before = machine.service().seen.length;
    expect((await offline(['approve', toSign, '--yes', '--out', signed])).code).toBe(0);
    expect(machine.service().seen).toHaveLength(before);
    expect((await cli(['owner', 'approve', '--signatures', signed])).code).toBe(0);
    expect(approved()).toBe(true);
  });
  test('by QR codes and no cable: parts pasted in any order, there and back', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    const shown = await cli(['approve', '--qr']);
    expect(shown.out).toContain('▀');
    const parts = partsIn(shown.out);
    expect(parts.length).toBeGreaterThan(1);
    const signed = await offline(['owner', 'approve', '-', '--qr'], { answers: [...parts.toReversed(), 'yes'] });
    expect(signed.notes).toBe('');
    expect(existsSync(join(folder, 'signatures.json'))).toBe(false);
    const back = partsIn(signed.out);
    expect((await cli(['approve', '--signatures', '-'], { input: back.join('\n') })).code).toBe(0);
    expect(approved()).toBe(true);
  });
  test('by standard input, as one text; a part that is missing signs nothing', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    const { parts } = (await cli(['approve', '--qr', '--json'])).json() as { readonly parts: readonly string[] };
    const missing = await offline(['owner', 'approve', '-', '--yes', '--out', fresh('none')], { input: parts.slice(1).join('\n') });
    expect(missing).toMatchObject({ code: 2, notes: expect.stringContaining('missing: 1') });
    const toSign = fresh('to-sign');
    await cli(['approve', '--out', toSign]);
    const input = readFileSync(join(folder, toSign), 'utf8');
    expect((await offline(['owner', 'approve', '-', '--yes', '--out', fresh('signed')], { input })).code).toBe(0);
  });
  test('INVARIANT I6: bytes that do something else are refused offline too, and nothing is written', async () => {
    const honest = await preparedPayment(owner);
    const lied = { ...honest, messages: (await preparedPayment(owner, { recipient: STRANGER })).messages };
    const content = JSON.stringify({ format: 'countersign-to-sign-v1', prepared: lied, inForce: [] });
    const out = fresh('signed');
    const refused = await offline(['owner', 'approve', '-', '--yes', '--out', out, '--json'], { input: toParts(content).join('\n') });
    expect(refused.json()).toMatchObject({ code: 'refused_to_sign', exitCode: 7 });
    expect(existsSync(join(folder, out))).toBe(false);
  });
  test('attack: signatures of another approval, of no key, and files of another form are refused', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    const toSign = fresh('to-sign');
    await cli(['approve', '--out', toSign]);
    const signed = fresh('signed');
    await offline(['owner', 'approve', toSign, '--yes', '--out', signed]);
    expect((await cli(['approve', 'apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B9', '--signatures', signed])).code).toBe(2);
    expect((await cli(['approve', '--signatures', toSign])).code).toBe(2);
    expect((await offline(['owner', 'approve', signed, '--yes'])).code).toBe(2);
    const parsed = JSON.parse(readFileSync(join(folder, signed), 'utf8'));
    for (const bent of [
      { parts: [] },
      { parts: [{ ...parsed.parts[0], key: 'me' }] },
      { parts: [{ ...parsed.parts[0], part: 'agent' }] },
    ]) {
      const file = fresh('bent');
      writeFileSync(join(folder, file), JSON.stringify({ ...parsed, ...bent }));
      expect((await cli(['approve', '--signatures', file])).code, JSON.stringify(bent).slice(0, 60)).toBe(2);
    }
    expect(approved()).toBe(false);
  });
  test('attack: a key that is neither owner nor new owner signs nothing', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    const refused = await cli(['approve', '--yes', '--owner-key', 'new.json']);
    expect(refused).toMatchObject({ code: 7, notes: expect.stringContaining(`the owner is ${owner}`) });
    expect(approved()).toBe(false);
  });
});

describe('replacing the owner key takes two keys', () => {
  const prepare = async (consentOf: 'owner' | 'recovery' = 'owner') => {
    machine.service().prepared = [await preparedRekeying('replace_owner_key', owner, Date.now(), { change: { consentOf } })];
  };
  const keys = ['--owner-key', 'owner.json', '--new-owner-key', 'new.json'];

  test('both here: one consent, two signatures over one preparation', async () => {
    await prepare();
    const done = await cli(['approve', ...keys], { answers: ['yes'] });
    expect(done.notes).toContain(`signed by ${NEW_OWNER} too`);
    expect(done.code).toBe(0);
    const body = JSON.parse(machine.service().seen.find(({ path }) => path.endsWith('/approve'))?.body ?? '{}');
    expect(Object.keys(body).sort()).toEqual(['messageSignatures', 'newOwnerSignature', 'statementSignature']);
    expect((await cli(['approve', '--yes', '--owner-key', 'new.json', '--new-owner-key', 'owner.json'])).code).toBe(0);
  });
  test('the recovery key in the place of a lost owner key', async () => {
    await prepare('recovery');
    expect((await cli(['approve', '--yes', ...keys])).code).toBe(7);
    const done = await cli(['approve', '--yes', '--owner-key', 'recovery.json', '--new-owner-key', 'new.json']);
    expect(done.out).toContain('in the place of the owner key that is lost');
    expect(done.code).toBe(0);
  });
  test('one key alone signs nothing here, and the same key twice is no second one', async () => {
    await prepare();
    expect(await cli(['approve', '--yes'])).toMatchObject({ code: 2, notes: expect.stringContaining('--new-owner-key') });
    expect((await cli(['approve', '--yes', '--owner-key', 'new.json'])).code).toBe(2);
    expect((await cli(['approve', '--yes', '--owner-key', 'new.json', '--new-owner-key', 'new.json'])).code).toBe(2);
    expect(approved()).toBe(false);
  });
  test('each on its machine: both files are handed in, in either order; one alone, two of one, or of two preparations are not', async () => {
    await prepare();
    const [toSign, old, next] = [fresh('to-sign'), fresh('old'), fresh('new')];
    expect((await cli(['approve', '--out', toSign])).out).toContain('Two keys sign it');
    const entering = await offline(['owner', 'approve', toSign, '--owner-key', 'new.json', '--yes', '--out', next]);
    expect(entering.out).toContain('the new owner: the statement alone');
    expect((await offline(['owner', 'approve', toSign, '--yes', '--out', old])).code).toBe(0);
    const part = JSON.parse(readFileSync(join(folder, next), 'utf8')).parts[0];
    expect(part).toMatchObject({ part: 'new_owner', messageSignatures: [] });
    expect((await cli(['approve', '--signatures', old])).notes).toContain('the new owner has to sign too');
    expect((await cli(['approve', '--signatures', next])).notes).toContain('the key that consents is missing');
    expect((await cli(['approve', '--signatures', old, '--signatures', old])).code).toBe(2);
    const other = fresh('other');
    machine.service().prepared = [await preparedRekeying('replace_owner_key', owner, Date.now() + 60_000)];
    await cli(['approve', '--out', other]);
    const elsewhere = fresh('elsewhere');
    await offline(['owner', 'approve', other, '--owner-key', 'new.json', '--yes', '--out', elsewhere]);
    expect((await cli(['approve', '--signatures', old, '--signatures', elsewhere])).notes).toContain('not over the same bytes');
    expect(approved()).toBe(false);
  });
  test('both files, handed in together', async () => {
    await prepare();
    const [toSign, old, next] = [fresh('to-sign'), fresh('old'), fresh('new')];
    await cli(['approve', '--out', toSign]);
    await offline(['owner', 'approve', toSign, '--owner-key', 'new.json', '--yes', '--out', next]);
    await offline(['owner', 'approve', toSign, '--yes', '--out', old]);
    const done = await cli(['approve', '--signatures', next, '--signatures', old]);
    expect(done.notes).toBe('');
    expect(done.code).toBe(0);
  });
});

describe('an owner key in another wallet', () => {
  const sign = (what: Uint8Array): string => encodeBase58(machine.key.sign(what));
  test('the exact base64 or text is shown, and the signature pasted; a wrong one is asked for again', async () => {
    const prepared = await preparedPayment(owner);
    machine.service().prepared = [prepared];
    const [message = ''] = prepared.messages;
    const good = sign(Buffer.from(message, 'base64'));
    const done = await cli(['approve', '--paste', owner], { answers: ['yes', sign(Buffer.from('other')), good] });
    expect(done.notes).toContain(message);
    expect(done.notes).toContain('that is not the signature of');
    expect(done.code).toBe(0);
  });
  test('a statement counts in the off-chain wrapper too', async () => {
    const prepared = await preparedUnfreeze(owner, Date.now());
    machine.service().prepared = [prepared];
    const { statement } = prepared;
    if (statement === null) throw new Error('a statement');
    const done = await cli(['approve', '--paste', owner], { answers: ['yes', sign(wrapOffChainMessage(statement))] });
    expect(done.notes).toContain(statement);
    expect(done.code).toBe(0);
  });
  test('nothing pasted, three wrong ones, and no terminal sign nothing', async () => {
    machine.service().prepared = [await preparedPayment(owner)];
    expect((await cli(['approve', '--paste', owner], { answers: ['yes', ''] })).code).toBe(7);
    expect((await cli(['approve', '--paste', owner], { answers: ['yes', 'x', 'x', 'x'] })).code).toBe(7);
    expect((await cli(['approve', '--paste', owner, '--yes'])).code).toBe(7);
    expect(approved()).toBe(false);
  });
});

test('beside the bytes stands what the service says: whom this wallet never paid, and what is left', async () => {
  const balances = [{ asset: 'SOL', amount: '5000000000', decimals: 9 }];
  machine.service().prepared = [{ ...(await preparedPayment(owner)), balances, firstTimeRecipients: [RECIPIENT] }];
  const shown = await cli(['approve', '--yes']);
  const [proven = '', claimed = ''] = shown.out.split('The service says, and nothing here proves it:');
  expect(proven).not.toContain('FIRST TIME');
  expect(claimed).toContain(`FIRST TIME: no payment of this wallet was ever final to ${RECIPIENT}.`);
  expect(claimed).toContain('Of SOL the vault can spend 5 (5000000000) now, and 3 (3000000000) afterwards.');
});

test('what the signatures of an approval are over, as they come to the service', async () => {
  const prepared = await preparedPayment(owner);
  machine.service().prepared = [prepared];
  expect((await cli(['approve', APPROVAL_ID, '--yes'])).code).toBe(0);
  const body = JSON.parse(machine.service().seen.find(({ path }) => path.endsWith('/approve'))?.body ?? '{}');
  expect(body).toEqual({ statementSignature: null, messageSignatures: [sign58(prepared.messages[0] ?? '')] });
  function sign58(base64: string): string {
    const bytes = Buffer.from(base64, 'base64');
    const signature = machine.key.sign(bytes);
    expect(verifyEd25519(owner, bytes, signature)).toBe(true);
    return encodeBase58(signature);
  }
});
