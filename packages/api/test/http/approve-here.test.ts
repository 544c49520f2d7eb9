import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domainError, fail, type IOwnerKeys, ok, type ToSign } from '@countersign/core';
import type { ApprovalView, AuditEntryView, TransactionView } from '@countersign/sdk';
import { createSealedOwnerKey, openSealedOwnerKey } from '@countersign/selfhost';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOwnerKeyHere } from '../../src/owner-key-here/create-owner-key-here.ts';
import { type Asked, type Harness, pay, startHarness, type TestWallet } from './harness.ts';

const PASSPHRASE = 'canary of a passphrase, änd lönger';
/** Argon2id as cheap as it can be; only tests accept it. */
const TEST_KDF = { memoryKib: 8, passes: 1 };

describe('the owner key is opened in the service', () => {
  const owner = createTestKey();
  const opened: { closed: number; readonly signed: ToSign[]; readonly passphrases: Buffer[] } = { closed: 0, signed: [], passphrases: [] };
  let harness: Harness;
  let wallet: TestWallet;

  const keysOf = (key: TestKey): IOwnerKeys => ({
    holder: 'sealed_file',
    getOwnerPublicKey: () => key.address,
    async signWithOwnerKey(what) {
      opened.signed.push(what);
      return ok(key.sign(what.kind === 'transaction' ? what.message.toBytes() : new TextEncoder().encode(what.text)));
    },
    async close() {
      opened.closed += 1;
    },
  });
  beforeAll(async () => {
    const door = createOwnerKeyHere(async (passphrase) => {
      opened.passphrases.push(passphrase);
      const said = passphrase.toString('utf8');
      if (said === 'broken') return fail({ code: 'tampered' });
      return said === PASSPHRASE ? ok(keysOf(owner)) : fail({ code: 'wrong_passphrase' });
    });
    harness = await startHarness({}, { ownerKeyHere: door });
    wallet = await harness.makeWallet(undefined, owner);
  });
  afterAll(() => harness.close());
  beforeEach(() => {
    opened.closed = 0;
    opened.signed.length = 0;
    opened.passphrases.length = 0;
  });

  const open = (approval: string, passphrase = PASSPHRASE, as = harness.operator): Promise<Asked> =>
    harness.ask({ method: 'POST', path: `/v1/approvals/${approval}/approve-here`, as, body: { passphrase } });
  async function waiting(of: TestWallet = wallet, amount = '6000'): Promise<string> {
    const asked = (await harness.ask(pay(of, { amount }))).json as unknown as TransactionView;
    return asked.approval ?? '';
  }
  async function auditOf(approval: string, of: TestWallet = wallet): Promise<readonly AuditEntryView[]> {
    const listed = await harness.ask({ path: `/v1/audit?chain=${of.id}&limit=100` });
    return (listed.json['items'] as readonly AuditEntryView[]).filter(({ subject }) => subject === approval);
  }

  test('signs what was decoded for one approval, is wiped, and is recorded before it signs', async () => {
    const approval = await waiting();
    const done = await open(approval);
    expect(done.json, done.text).toMatchObject({ approval: { id: approval, kind: 'approve_payment' }, statement: null });
    expect((done.json['effects'] as string[]).join('\n')).toContain(wallet.merchant);
    expect(opened).toMatchObject({ closed: 1, signed: [{ kind: 'transaction' }] });
    const actions = (await auditOf(approval)).map(({ action }) => action);
    expect(actions.indexOf('approval.opened_here')).toBeGreaterThan(actions.indexOf('approval.approved'));
    await harness.drive();
    const listed = await harness.ask({ path: `/v1/wallets/${wallet.id}/transactions?state=finalized` });
    expect(listed.json['items']).toContainEqual(expect.objectContaining({ amount: '6000' }));
    expect((await open(approval)).json).toMatchObject({ code: 'approval_not_waiting' });
    expect(opened.closed).toBe(1);
  });

  test('signs statements too', async () => {
    const own = await harness.makeWallet(undefined, owner);
    await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/freeze`, body: {} });
    const asked = (await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/unfreeze` })).json as unknown as ApprovalView;
    const done = await open(asked.id);
    expect(done.json, done.text).toMatchObject({ approval: { state: 'done' }, statement: expect.stringContaining('action: unfreeze') });
    expect(opened.signed).toMatchObject([{ kind: 'statement' }]);
  });

  test('a wrong passphrase is recorded, signs nothing and says nothing', async () => {
    const approval = await waiting();
    const refused = await open(approval, 'canary-guess');
    expect(refused.json).toMatchObject({ status: 403, code: 'owner_key_refused' });
    expect(refused.text).not.toContain('canary');
    expect((await open(approval, 'broken')).json).toMatchObject({ status: 503, code: 'owner_key_unavailable', mayHaveSigned: false });
    expect(opened).toMatchObject({ closed: 0, signed: [] });
    expect((await auditOf(approval)).filter(({ action }) => action === 'approval.opening_refused')).toHaveLength(2);
    expect((await harness.ask({ path: `/v1/approvals/${approval}` })).json).toMatchObject({ state: 'waiting' });
  });

  test('INVARIANT I10: what cannot be recorded is not signed', async () => {
    const approval = await waiting();
    const { database } = harness.deps;
    const forgetful: typeof database = {
      ...database,
      transact: (work, options) =>
        database.transact(
          (tx) =>
            work({
              ...tx,
              audit: {
                ...tx.audit,
                append: async (events, atMs) => {
                  if (events.some(({ action }) => action === 'approval.opened_here')) throw new Error('the audit log is full');
                  await tx.audit.append(events, atMs);
                },
              },
            }),
          options,
        ),
    };
    Object.assign(harness.deps, { database: forgetful });
    const refused = await open(approval);
    Object.assign(harness.deps, { database });
    expect(refused.status).toBeGreaterThanOrEqual(500);
    expect(opened).toMatchObject({ closed: 1, signed: [] });
    expect((await harness.ask({ path: `/v1/approvals/${approval}` })).json).toMatchObject({ state: 'waiting' });
  });

  test("INVARIANT I6: another owner's wallet, and a change of the owner key, are not signed here", async () => {
    const strange = await harness.makeWallet();
    expect((await open(await waiting(strange))).json).toMatchObject({ status: 403, code: 'owner_key_refused' });
    const own = await harness.makeWallet(undefined, owner);
    const body = { owner: createTestKey().address };
    const asked = (await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/replace-owner-key`, body }))
      .json as unknown as ApprovalView;
    expect((await open(asked.id)).json).toMatchObject({ status: 403, code: 'owner_key_refused' });
    expect(opened.signed).toEqual([]);
  });

  test('attack: bytes that the decoder does not understand, or that do more than their kind', async () => {
    const own = await harness.makeWallet(undefined, owner);
    const body = { policy: JSON.stringify({ ...JSON.parse(await policyOf(own)), otherRecipients: 'denied' }) };
    const asked = await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/policies`, body });
    const { approval } = asked.json as unknown as { approval: ApprovalView };
    const chain = harness.deps.chain;
    const outflow = { kind: 'unknown', instruction: 0, program: null, reason: 'planted' } as const;
    const foreign = { kind: 'governance', instruction: 0, wallet: createTestKey().address, action: 'set_threshold', threshold: 1 } as const;
    const durable = { kind: 'durable_nonce', instruction: 0, account: createTestKey().address, authority: owner.address } as const;
    for (const planted of [outflow, foreign, durable]) {
      const lying: typeof chain = {
        ...chain,
        decodeTransaction: async (message, context) => {
          const decoded = await chain.decodeTransaction(message, context);
          return decoded.ok ? ok({ ...decoded.value, effects: [...decoded.value.effects, planted] }) : decoded;
        },
      };
      Object.assign(harness.deps, { chain: lying });
      const refused = await open(approval.id);
      Object.assign(harness.deps, { chain });
      expect(refused.json, planted.kind).toMatchObject({ code: 'undecodable_message' });
    }
    expect(opened).toMatchObject({ closed: 0, signed: [], passphrases: [] });
    expect((await open(approval.id)).status).toBe(200);
  });

  async function policyOf(of: TestWallet): Promise<string> {
    const listed = await harness.ask({ path: `/v1/wallets/${of.id}/policies` });
    return (listed.json['items'] as { text: string }[])[0]?.text ?? '';
  }

  test('an owner’s session and an agent do not open it; a service that is not set to has nothing to open', async () => {
    const approval = await waiting();
    for (const as of [wallet.ownerSecret, wallet.agentSecret])
      expect((await open(approval, PASSPHRASE, as)).json).toMatchObject({ status: 403, code: 'forbidden' });
    const shut = await startHarness();
    try {
      const own = await shut.makeWallet();
      const asked = (await shut.ask(pay(own, { amount: '6000' }))).json as unknown as TransactionView;
      const path = `/v1/approvals/${asked.approval}/approve-here`;
      const refused = await shut.ask({ method: 'POST', path, body: { passphrase: PASSPHRASE } });
      expect(refused.json).toMatchObject({ status: 403, code: 'owner_key_not_here' });
      expect(shut.lines.join('')).not.toContain('canary');
    } finally {
      await shut.close();
    }
  });

  test('INVARIANT I9: the passphrase is in no log, no audit row, no answer, and its bytes are wiped', async () => {
    const approval = await waiting();
    const answers = [await open(approval, 'canary-guess'), await open(approval)];
    expect(opened.passphrases.length).toBe(2);
    for (const passphrase of opened.passphrases) expect(passphrase.every((byte) => byte === 0)).toBe(true);
    const audit = await harness.ask({ path: `/v1/audit/entries?chain=${wallet.id}&limit=100` });
    for (const said of [harness.lines.join(''), audit.text, ...answers.map(({ text }) => text), await harness.metrics.render()])
      expect(said).not.toContain('canary');
    expect(JSON.stringify(harness.alerts)).not.toContain('canary');
  });
});

test('a real sealed file is opened, one at a time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-here-'));
  const path = join(folder, 'owner-key.json');
  try {
    const made = await createSealedOwnerKey({ path, passphrase: Buffer.from('right'), kdf: TEST_KDF, kdfFloor: TEST_KDF });
    if (!made.ok) throw new Error(made.error.problem);
    const door = createOwnerKeyHere((passphrase) => openSealedOwnerKey({ path, passphrase, kdfFloor: TEST_KDF }));
    const [first, second] = await Promise.all([door.open(Buffer.from('right')), door.open(Buffer.from('right'))]);
    expect(first.ok && first.value.getOwnerPublicKey()).toBe(made.value.owner);
    expect(second).toEqual(fail(domainError('owner_key_unavailable', { problem: 'it is being opened already', mayHaveSigned: false })));
    if (first.ok) await first.value.close();
    expect(await door.open(Buffer.from('wrong'))).toMatchObject({ ok: false, error: { code: 'owner_key_refused' } });
    const missing = createOwnerKeyHere((passphrase) => openSealedOwnerKey({ path: `${path}.no`, passphrase, kdfFloor: TEST_KDF }));
    expect(await missing.open(Buffer.from('right'))).toMatchObject({ ok: false, error: { code: 'owner_key_unavailable' } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
