import { randomBytes } from 'node:crypto';
import { type Credential, formatOwnerStatement, type IDatabase, type ITransaction, makeId, type WatchMark } from '@countersign/core';
import { expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { aRevision, aTightening } from './database-owner-records.ts';
import { aPayer, committed } from './database-records.ts';

/** What was tightened, who signed in, how far the watcher saw, and what the owner signed. */
export function describeConsent(database: () => IDatabase): void {
  const run = <T>(work: (tx: ITransaction) => Promise<T>): Promise<T> => committed(database(), work);
  const refused = (constraint: string) => expect.objectContaining({ constraint });

  test('INVARIANT I7: a revision is tightened while it is in force, without gaps, and the latest counts', async () => {
    const { wallet } = await aPayer(database());
    await run((tx) => tx.policies.insert(aRevision(wallet.id)));
    const tighten = (number: number) => run((tx) => tx.policies.tighten(wallet.id, 1, aTightening(number)));
    expect(await tighten(1), 'it is not in force').toBe(false);
    await run((tx) => tx.policies.move(wallet.id, 1, 'proposed', 'active', 5));
    expect((await run((tx) => tx.policies.active(wallet.id)))?.tightening).toBeNull();
    await expect(tighten(2)).rejects.toEqual(refused('policy_tightenings_continuous'));
    const both = await Promise.all([tighten(1), tighten(1)]);
    expect(both.filter((tightened) => tightened)).toHaveLength(1);
    expect(await tighten(2)).toBe(true);
    const tightening = aTightening(2);
    expect(await run((tx) => tx.policies.active(wallet.id))).toMatchObject({ text: '{"signed":true}', tightening });
    expect((await run((tx) => tx.policies.get(wallet.id, 1)))?.tightening).toEqual(tightening);
    expect(await run((tx) => tx.policies.tightenings(wallet.id, 1))).toEqual([tightening, aTightening(1)]);
    await run(async (tx) => {
      await tx.policies.insert(aRevision(wallet.id, { revision: 2 }));
      await tx.policies.move(wallet.id, 2, 'proposed', 'void', 6);
      await tx.policies.insert(aRevision(wallet.id, { revision: 2 }));
      await tx.policies.move(wallet.id, 1, 'active', 'superseded', 6);
      await tx.policies.move(wallet.id, 2, 'proposed', 'active', 6);
      await tx.policies.tighten(wallet.id, 2, aTightening(1));
    });
    expect(await tighten(3), 'it is in force no more').toBe(false);
    const listed = await run((tx) => tx.policies.list(wallet.id));
    expect(listed.map(({ state, tightening: latest }) => [state, latest?.number ?? null])).toEqual([
      ['active', 1],
      ['void', null],
      ['superseded', 2],
    ]);
  });

  test('INVARIANT I7: what supersedes a revision and what tightens it take turns', async () => {
    const { wallet } = await aPayer(database());
    await run(async (tx) => {
      await tx.policies.insert(aRevision(wallet.id));
      await tx.policies.move(wallet.id, 1, 'proposed', 'active', 5);
    });
    let tightening = Promise.resolve(true);
    await run(async (tx) => {
      await tx.policies.move(wallet.id, 1, 'active', 'superseded', 6);
      tightening = run((other) => other.policies.tighten(wallet.id, 1, aTightening(1)));
      await new Promise((resolve) => setTimeout(resolve, 60));
    });
    expect(await tightening).toBe(false);
    expect(await run((tx) => tx.policies.tightenings(wallet.id, 1))).toEqual([]);
  });

  const aSession = (expiresAtMs: number): Credential => ({
    id: makeId('credential', Date.now(), randomBytes(10)),
    ...{ role: 'owner', walletId: null, owner: createTestKey().address, label: 'session', createdAtMs: 1, revokedAtMs: null, expiresAtMs },
  });

  test('INVARIANT I6: a session ends by the clock of the database, and only what has ended is forgotten', async () => {
    const nowMs = await run((tx) => tx.nowMs());
    const [open, ended] = [aSession(nowMs + 60_000), aSession(nowMs - 1)];
    const [openHash, endedHash] = [randomBytes(32), randomBytes(32)];
    await run(async (tx) => {
      await tx.credentials.insert(open, openHash);
      await tx.credentials.insert(ended, endedHash);
    });
    expect(await run((tx) => tx.credentials.byHash(openHash))).toEqual(open);
    expect(await run((tx) => tx.credentials.byHash(endedHash))).toBeNull();
    expect(await run((tx) => tx.credentials.list({ walletId: null, role: 'owner' }))).toContainEqual(open);
    await expect(run((tx) => tx.credentials.forgetExpired(nowMs + 120_000, 1_000))).rejects.toEqual(refused('credentials_kept'));
    expect(await run((tx) => tx.credentials.forgetExpired(nowMs, 1_000))).toBeGreaterThanOrEqual(1);
    expect(await run((tx) => tx.credentials.get(ended.id))).toBeNull();
    expect(await run((tx) => tx.credentials.get(open.id))).toEqual(open);
  });

  test('attack: sessions without an owner or an end, and others with one', async () => {
    const { wallet, credential } = await aPayer(database());
    const session = aSession(2_000_000_000_000);
    const insert = (change: Partial<Credential>) =>
      run((tx) => tx.credentials.insert({ ...session, ...change, id: makeId('credential', Date.now(), randomBytes(10)) }, randomBytes(32)));
    for (const change of [
      ...([{ owner: null }, { expiresAtMs: null }, { walletId: wallet.id }, { role: 'operator' }, { role: 'agent' }] as const),
      ...([
        { ...credential, owner: session.owner },
        { ...credential, expiresAtMs: 2_000_000_000_000 },
      ] as const),
    ])
      await expect(insert(change)).rejects.toEqual(refused('credentials_scope'));
    await expect(insert({ expiresAtMs: 1 })).rejects.toEqual(refused('credentials_ends_later'));
  });

  test('INVARIANT I6: a challenge is answered once, by one of two at once, and not after its end', async () => {
    const challenge = (expiresAtMs: number) => ({
      ...{ nonce: randomBytes(16).toString('hex'), text: 'sign in', owner: createTestKey().address, expiresAtMs },
    });
    const [good, late, old] = [challenge(1_000), challenge(1_000), challenge(10)];
    await run(async (tx) => {
      for (const each of [good, late, old]) await tx.signIns.insert(each);
    });
    const both = await Promise.all([run((tx) => tx.signIns.take(good.nonce, 999)), run((tx) => tx.signIns.take(good.nonce, 999))]);
    expect(both.filter((taken) => taken !== null)).toEqual([good]);
    expect(await run((tx) => tx.signIns.take(good.nonce, 999))).toBeNull();
    expect(await run((tx) => tx.signIns.take(late.nonce, 1_000))).toBeNull();
    expect(await run((tx) => tx.signIns.forgetExpired(11, 1_000))).toBe(1);
    expect(await run((tx) => tx.signIns.take(old.nonce, 1))).toBeNull();
    expect(await run((tx) => tx.signIns.take(late.nonce, 1))).toEqual(late);
  });

  test('INVARIANT I11: a mark goes forward, whoever writes it', async () => {
    const { wallet } = await aPayer(database());
    const account = createTestKey().address;
    const mark = (slot: bigint): WatchMark => ({
      ...{ walletId: wallet.id, slot, newest: [{ account, signature: null }], atMs: 5 },
      seen: {
        ...{ balances: [{ account, asset: 'SOL', amount: (2n ** 64n - 1n).toString(), closeAuthority: null }] },
        ...{ balancesSlot: '2', transactionIndex: '3', differences: ['ü'], told: [], missed: 0 },
      },
    });
    expect(await run((tx) => tx.watchMarks.get(wallet.id))).toBeNull();
    const top = 2n ** 64n - 1n;
    expect(await run((tx) => tx.watchMarks.put(mark(5n)))).toBe(true);
    await Promise.all([6n, top, 7n].map((slot) => run((tx) => tx.watchMarks.put(mark(slot)))));
    expect(await run((tx) => tx.watchMarks.put(mark(8n)))).toBe(false);
    expect(await run((tx) => tx.watchMarks.get(wallet.id))).toEqual(mark(top));
    expect(await run((tx) => tx.watchMarks.put({ ...mark(top), atMs: 6 })), 'seen again').toBe(true);
  });

  test('statements that bring a revision are found, the latest first, with both signatures; receipts are those of one key', async () => {
    const { wallet } = await aPayer(database());
    const head = { network: wallet.vault, wallet: wallet.multisig, expiresAtMs: 1_700_000_000_000 };
    const brings = { revision: 4, policySha256: 'a'.repeat(64), boundsSha256: 'b'.repeat(64) };
    const statement = (atMs: number, body: Parameters<typeof formatOwnerStatement>[0]) => ({
      ...{ walletId: wallet.id, nonce: body.nonce, text: formatOwnerStatement(body), signature: new Uint8Array(64).fill(atMs), atMs },
      secondSignature: body.action === 'replace-owner-key' ? new Uint8Array(64).fill(9) : null,
    });
    const nonce = () => randomBytes(16).toString('hex');
    const entries = [
      statement(1, { action: 'install-policy', ...head, nonce: nonce(), ...brings }),
      statement(3, { action: 'replace-owner-key', ...head, nonce: nonce(), ...brings, oldOwner: wallet.owner, newOwner: wallet.vault }),
      statement(2, { action: 'rotate-agent-key', ...head, nonce: nonce(), ...brings, oldAgent: wallet.agent, newAgent: wallet.vault }),
      statement(4, { action: 'destroy-key', ...head, nonce: nonce(), agent: wallet.agent }),
    ];
    for (const entry of entries) expect(await run((tx) => tx.statements.use(entry))).toBe(true);
    const signed = entries.map(({ text, signature, secondSignature }) => ({ text, signature, secondSignature }));
    expect(await run((tx) => tx.statements.ofRevision(wallet.id, 4))).toEqual(signed[1]);
    expect(await run((tx) => tx.statements.ofNonce(wallet.id, entries[3]?.nonce ?? ''))).toEqual(signed[3]);
    expect(await run((tx) => tx.statements.ofNonce(wallet.id, nonce()))).toBeNull();
    const other = createTestKey().address;
    await run(async (tx) => {
      for (const byte of [1, 2, 3]) await tx.receipts.append(wallet.id, byte === 2 ? other : wallet.agent, Uint8Array.of(byte), 1);
    });
    expect(await run((tx) => tx.receipts.list(wallet.id, wallet.agent, 9))).toEqual([Uint8Array.of(1), Uint8Array.of(3)]);
    expect(await run((tx) => tx.receipts.list(wallet.id, other, 9))).toEqual([Uint8Array.of(2)]);
  });
}
