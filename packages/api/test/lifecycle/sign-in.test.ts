import {
  authenticate,
  beginSignIn,
  type DomainError,
  forgetSignIns,
  formatSignIn,
  maySee,
  parseSignIn,
  type Result,
  revokeCredential,
  signIn,
  wrapOffChainMessage,
} from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWallet, must, startWorld, type TestWallet, type World } from './world.ts';

const HERE = { domain: 'countersign.example', uri: 'https://countersign.example' };
let world: World;
let of: TestWallet;
beforeAll(async () => {
  world = await startWorld();
  of = await makeWallet(world);
});
afterAll(async () => {
  await world.close();
});

const ask = async (owner: TestKey = of.owner, at = HERE): Promise<string> =>
  must(await beginSignIn(world.deps, { owner: owner.address, ...at })).text;
const answer = (text: string, signer: TestKey = of.owner, domain = HERE.domain): ReturnType<typeof signIn> =>
  signIn(world.deps, { text, signature: signer.sign(new TextEncoder().encode(text)), domain });
const refused = { ok: false, error: { code: 'sign_in_invalid' } };
const problemOf = (result: Result<unknown, DomainError>): string =>
  !result.ok && result.error.code === 'sign_in_invalid' ? result.error.problem : 'none';
/** A row of the database is as old as a test wants it; no clock of a process is asked. */
async function age(table: 'sign_in_challenges' | 'credentials', where: string, value: string): Promise<void> {
  await world.sql.query("SET session_replication_role = 'replica'");
  const { rowCount } = await world.sql.query(
    `UPDATE ${table} SET ${table === 'credentials' ? 'created_at_ms = 1, ' : ''}expires_at_ms = 1000 WHERE ${where} = $1`,
    [value],
  );
  await world.sql.query("SET session_replication_role = 'origin'");
  expect(rowCount).toBe(1);
}

describe('signing in', () => {
  test('INVARIANT I6: ten answers to one challenge at once open one session, which is on record', async () => {
    const text = await ask();
    const all = await Promise.all(Array.from({ length: 10 }, () => answer(text)));
    const [session, ...more] = all.flatMap((each) => (each.ok ? [each.value] : []));
    expect(more).toEqual([]);
    expect(session?.credential).toMatchObject({ role: 'owner', owner: of.owner.address, walletId: null, revokedAtMs: null });
    const { rows } = await world.sql.query("SELECT actor, chain FROM audit_entries WHERE action = 'owner.signed_in' AND subject = $1", [
      session?.credential.id,
    ]);
    expect(rows).toEqual([{ actor: `owner:${of.owner.address}`, chain: 'system' }]);
    expect(must(await authenticate(world.deps, session?.secret ?? '')).id).toBe(session?.credential.id);
  });

  test('the text is what a wallet shows, for five minutes, and may be wrapped', async () => {
    const text = await ask();
    const { issuedAtMs, expiresAtMs, ...said } = must(parseSignIn(text));
    expect(said).toMatchObject({ ...HERE, address: of.owner.address, network: world.deps.network });
    expect(expiresAtMs - issuedAtMs).toBe(300_000);
    expect(await signIn(world.deps, { text, signature: of.owner.sign(wrapOffChainMessage(text)), domain: HERE.domain })).toMatchObject({
      ok: true,
    });
  });

  test.each([
    ['another domain (ATTACKS 227)', { domain: 'evil.example' }],
    ['another address of this service', { uri: 'https://countersign.example/elsewhere' }],
    ['another network', { network: 'So11111111111111111111111111111111111111112' }],
    ['a longer life', { expiresAtMs: 4_000_000_000_000 }],
    ['a nonce that nobody gave (ATTACKS 179)', { nonce: '0'.repeat(32) }],
  ])('%s is refused, though its owner signed it', async (_name, otherwise) => {
    const text = formatSignIn({ ...must(parseSignIn(await ask())), ...otherwise });
    expect(await answer(text)).toMatchObject(refused);
    expect(await answer(text, of.owner, 'evil.example')).toMatchObject(refused);
  });

  test('what was asked on another domain is not answered here', async () => {
    expect(await answer(await ask(of.owner, { domain: 'evil.example', uri: 'https://evil.example' }))).toMatchObject(refused);
  });

  test('a challenge that ended by the clock of the database is not answered', async () => {
    const text = await ask();
    await age('sign_in_challenges', 'nonce', must(parseSignIn(text)).nonce);
    expect(await answer(text)).toMatchObject(refused);
  });

  test("one owner's challenge is not answered by another, and a bad signature does not use it up", async () => {
    const other = await makeWallet(world);
    const text = await ask();
    expect(await answer(text, other.owner)).toMatchObject(refused);
    expect(await answer(text)).toMatchObject({ ok: true });
  });

  test('no oracle: who owns no wallet and who did not sign get the same answer, and may ask alike', async () => {
    const stranger = createTestKey();
    const asked = must(await beginSignIn(world.deps, { owner: stranger.address, ...HERE }));
    expect(asked.text.length - must(await beginSignIn(world.deps, { owner: of.owner.address, ...HERE })).text.length).toBe(
      stranger.address.length - of.owner.address.length,
    );
    const [unknown, unsigned] = [await answer(asked.text, stranger), await answer(await ask(), stranger)];
    expect(unknown).toMatchObject(refused);
    expect(problemOf(unknown)).toBe(problemOf(unsigned));
    // It is used up all the same.
    expect(problemOf(await answer(asked.text, stranger))).not.toBe(problemOf(unknown));
  });

  test('a session ends by itself, by the clock of the database, and at once when it is revoked (ATTACKS 197, 199)', async () => {
    const [one, two] = [must(await answer(await ask())), must(await answer(await ask()))];
    expect(one.credential.expiresAtMs).toBe(one.credential.createdAtMs + 3_600_000);
    await age('credentials', 'id', one.credential.id);
    must(await revokeCredential(world.deps, { credentialId: two.credential.id, actor: 'test' }));
    for (const { secret } of [one, two])
      expect(await authenticate(world.deps, secret)).toMatchObject({ ok: false, error: { code: 'unauthenticated' } });
  });

  test('a session sees the wallets that its owner owns now, and no other', async () => {
    const { credential } = must(await answer(await ask()));
    const other = await makeWallet(world);
    expect([maySee(credential, of.wallet), maySee(credential, other.wallet)]).toEqual([true, false]);
    expect(maySee(credential, { ...of.wallet, owner: other.owner.address })).toBe(false);
    expect(maySee({ ...credential, owner: null }, of.wallet)).toBe(false);
    expect([maySee(of.agent, of.wallet), maySee(of.agent, other.wallet)]).toEqual([true, false]);
  });

  test('what ended long ago is forgotten, what goes on is not', async () => {
    const [ended, open] = [must(await answer(await ask())), must(await answer(await ask()))];
    const challenge = must(parseSignIn(await ask())).nonce;
    await age('credentials', 'id', ended.credential.id);
    await age('sign_in_challenges', 'nonce', challenge);
    const waiting = await ask();
    await forgetSignIns(world.deps);
    const { rows } = await world.sql.query<{ id: string }>('SELECT id FROM credentials WHERE id = ANY($1)', [
      [ended.credential.id, open.credential.id],
    ]);
    expect(rows).toEqual([{ id: open.credential.id }]);
    expect((await world.sql.query('SELECT 1 FROM sign_in_challenges WHERE nonce = $1', [challenge])).rowCount).toBe(0);
    expect(await answer(waiting)).toMatchObject({ ok: true });
  });
});
