import {
  type ApprovalId,
  approve,
  createWallet,
  type DomainError,
  formatOwnerStatement,
  freezeByStatement,
  ok,
  prepareApproval,
  proposeTransaction,
  type Result,
  requestUnfreeze,
  vetoByStatement,
} from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Otherwise, ownerSays, type Said, wrapped } from './owner-says.ts';
import {
  AUTONOMOUS,
  approvalOf,
  approveAs,
  CEILING,
  drive,
  makeWallet,
  must,
  pay,
  payment,
  readRequest,
  readWallet,
  SLOWLY,
  startWorld,
  type TestWallet,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const freeze = (of: TestWallet, said: Said): Promise<Result<unknown, DomainError>> =>
  freezeByStatement(world.deps, { walletId: of.wallet.id, reason: 'the owner says stop', ...said });
const veto = (approvalId: ApprovalId, said: Said): Promise<Result<unknown, DomainError>> =>
  vetoByStatement(world.deps, { approvalId, ...said });
const stateOf = async (of: TestWallet): Promise<string> => (await readWallet(world.deps, of.wallet.id)).state;
async function unfreeze(of: TestWallet): Promise<void> {
  const { id } = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
  must(await approveAs(world.deps, id, of.owner));
}
const OTHER_NETWORK = 'So11111111111111111111111111111111111111112';
const PAST = 1_700_000_000_000;
const WRONG: readonly (readonly [string, Otherwise])[] = [
  ['another network', { network: OTHER_NETWORK }],
  ['another wallet', { wallet: OTHER_NETWORK }],
  ['a moment that is past', { expiresAtMs: PAST }],
];
const refused = { ok: false, error: { code: 'statement_invalid' } };

describe('freezing by statement', () => {
  test('INVARIANT I7: the owner stops a wallet without any credential, by the bare text or by the wrapped one', async () => {
    const of = await makeWallet(world);
    must(await freeze(of, ownerSays(world, of, { action: 'freeze' })));
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ state: 'frozen', frozenReason: 'the owner says stop' });
    const { wallets } = await world.keys.healthCheck();
    expect(wallets.find(({ walletId }) => walletId === of.wallet.id)?.state).toBe('suspended');
    expect(await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'after'))).toMatchObject({
      ok: true,
      value: { request: { state: 'denied' } },
    });
    await unfreeze(of);
    must(await freeze(of, wrapped(ownerSays(world, of, { action: 'freeze' }), of)));
    expect(await stateOf(of)).toBe('frozen');
    const { rows } = await world.sql.query<{ actor: string }>(
      "SELECT actor FROM audit_entries WHERE chain = $1 AND action = 'wallet.frozen'",
      [of.wallet.id],
    );
    expect(rows.map(({ actor }) => actor)).toEqual([`owner:${of.owner.address}`, `owner:${of.owner.address}`]);
    expect(world.alerts.filter(({ kind, walletId }) => kind === 'wallet.frozen' && walletId === of.wallet.id)).toHaveLength(2);
  });

  test('INVARIANT I6: what is seen once stops nothing after the next unfreeze', async () => {
    const of = await makeWallet(world);
    const said = ownerSays(world, of, { action: 'freeze' });
    must(await freeze(of, said));
    expect(await freeze(of, said)).toMatchObject(refused);
    await unfreeze(of);
    expect(await freeze(of, said)).toMatchObject(refused);
    expect(await freeze(of, wrapped(said, of))).toMatchObject(refused);
    expect(await stateOf(of)).toBe('active');
  });

  test('the same statement ten times at once is used once', async () => {
    const of = await makeWallet(world);
    const said = ownerSays(world, of, { action: 'freeze' });
    const all = await Promise.all(Array.from({ length: 10 }, () => freeze(of, said)));
    expect(all.filter(({ ok: done }) => done)).toHaveLength(1);
    expect(await stateOf(of)).toBe('frozen');
  });

  test.each(WRONG)('with %s it is refused, and stays unused', async (_name, otherwise) => {
    const of = await makeWallet(world);
    const said = ownerSays(world, of, { action: 'freeze' }, otherwise);
    expect(await freeze(of, said)).toMatchObject(refused);
    expect(await stateOf(of)).toBe('active');
    const { rowCount } = await world.sql.query('SELECT 1 FROM used_statements WHERE wallet_id = $1 AND text = $2', [
      of.wallet.id,
      said.statement,
    ]);
    expect(rowCount).toBe(0);
  });

  test('by anybody else, for another wallet of the same owner, or about something else it is refused', async () => {
    const of = await makeWallet(world);
    const other = await makeWallet(world, {}, of.owner);
    const said = ownerSays(world, of, { action: 'freeze' });
    const stranger = ownerSays(world, of, { action: 'freeze' }, {}, createTestKey());
    expect(await freeze(of, stranger)).toMatchObject({ ok: false, error: { code: 'owner_signature_invalid' } });
    expect(await freeze(of, { ...said, signature: new Uint8Array(64) })).toMatchObject({
      ok: false,
      error: { code: 'owner_signature_invalid' },
    });
    expect(await freeze(of, { ...said, statement: said.statement.replace('freeze', 'unfreeze') })).toMatchObject(refused);
    expect(await freeze(other, said)).toMatchObject(refused);
    const { id } = must(await proposeTransaction(world.deps, payment(of, CEILING, 'large'))).request;
    expect(await freeze(of, ownerSays(world, of, { action: 'veto-request', request: id }))).toMatchObject(refused);
    expect([await stateOf(of), await stateOf(other)]).toEqual(['active', 'active']);
  });

  test('INVARIANT I7: it needs neither chain nor the name of its network', async () => {
    const of = await makeWallet(world);
    const said = ownerSays(world, of, { action: 'freeze' });
    world.chain.setReachable(false);
    try {
      const started = {
        ...world.deps,
        get network(): string {
          throw new Error('the chain has not told its name yet');
        },
      };
      must(await freezeByStatement(started, { walletId: of.wallet.id, reason: 'stop', ...said }));
      expect(await stateOf(of)).toBe('frozen');
    } finally {
      world.chain.setReachable(true);
    }
  });

  test('INVARIANT I7: a wallet can be stopped while it is made, and comes into being frozen', async () => {
    const of = await makeWallet(world);
    const owner = createTestKey();
    const policyText = must(await world.deps.database.read(async (reader) => ok((await reader.policies.active(of.wallet.id))?.text ?? '')));
    const { wallet, approval } = must(
      await createWallet(world.deps, { name: 'new', owner: owner.address, recovery: null, policyText, actor: 'test' }),
    );
    const making: TestWallet = { ...of, wallet, owner };
    must(await freeze(making, ownerSays(world, making, { action: 'freeze' })));
    must(await approveAs(world.deps, approval.id, owner));
    await drive(world.deps);
    expect(await stateOf(making)).toBe('frozen');
    expect((await readWallet(world.deps, wallet.id)).policyRevision).toBe(1);
  });

  test('INVARIANT I7: a signer that is away hears of it later, and the wallet is frozen all the same', async () => {
    const of = await makeWallet(world);
    world.keys.setReachable(false);
    const frozen = await freezeByStatement(world.deps, {
      walletId: of.wallet.id,
      reason: 'stop',
      ...ownerSays(world, of, { action: 'freeze' }),
    });
    world.keys.setReachable(true);
    expect(must(frozen).signerProblem).not.toBeNull();
    expect(await stateOf(of)).toBe('frozen');
  });
});

describe('saying no by statement', () => {
  test.each([
    ['waits for the owner', CEILING, {}],
    ['waits out a delay', 300n, SLOWLY],
  ] as const)('the owner says no to what %s, without any credential and with the chain away', async (_name, amount, policy) => {
    const of = await makeWallet(world, policy);
    const { id } = await pay(world, of, amount, 'asked');
    const approval = await approvalOf(world, id);
    const said = ownerSays(world, of, { action: 'veto-request', request: id });
    world.chain.setReachable(false);
    const vetoed = await veto(approval.id, said);
    world.chain.setReachable(true);
    expect(vetoed).toMatchObject({ ok: true, value: { state: 'rejected' } });
    await drive(world.deps);
    expect((await readRequest(world, id)).state).toBe('rejected');
    expect(await veto(approval.id, said)).toMatchObject(refused);
    expect(world.chain.balance(of.merchant)).toBe(0n);
  });

  test.each([...WRONG, ['another transaction', {}]] as const)('with %s it is refused, and nothing ends', async (name, otherwise) => {
    const of = await makeWallet(world);
    const [{ id }, other] = [await pay(world, of, CEILING, 'one'), await pay(world, of, CEILING - 1n, 'two')];
    const about = name === 'another transaction' ? other.id : id;
    const approval = await approvalOf(world, id);
    expect(await veto(approval.id, ownerSays(world, of, { action: 'veto-request', request: about }, otherwise))).toMatchObject(refused);
    expect((await readRequest(world, id)).state).toBe('awaiting_owner');
  });

  test('INVARIANT I6: of one owner, no statement about one wallet does anything to another, and no nonce serves twice', async () => {
    const of = await makeWallet(world);
    const other = await makeWallet(world, {}, of.owner);
    const mine = await pay(world, of, CEILING, 'mine');
    const theirs = await pay(world, other, CEILING, 'theirs');
    const said = ownerSays(world, of, { action: 'veto-request', request: mine.id });
    expect(await veto((await approvalOf(world, theirs.id)).id, said)).toMatchObject(refused);
    const crossed = ownerSays(world, of, { action: 'veto-request', request: theirs.id });
    expect(await veto((await approvalOf(world, theirs.id)).id, crossed)).toMatchObject(refused);
    const nonce = 'ab'.repeat(16);
    must(await freeze(of, ownerSays(world, of, { action: 'freeze' }, { nonce })));
    const again = ownerSays(world, of, { action: 'veto-request', request: mine.id }, { nonce });
    expect(await veto((await approvalOf(world, mine.id)).id, again)).toMatchObject(refused);
    expect((await readRequest(world, theirs.id)).state).toBe('awaiting_owner');
  });

  test('who owned the wallet before says nothing any more, and neither does its agent', async () => {
    const of = await makeWallet(world);
    const { id } = await pay(world, of, CEILING, 'asked');
    const approval = await approvalOf(world, id);
    const said = ownerSays(world, of, { action: 'veto-request', request: id });
    await world.sql.query("SET session_replication_role = 'replica'");
    await world.sql.query('UPDATE wallets SET owner_address = $2 WHERE id = $1', [of.wallet.id, createTestKey().address]);
    await world.sql.query("SET session_replication_role = 'origin'");
    expect(await veto(approval.id, said)).toMatchObject({ ok: false, error: { code: 'owner_signature_invalid' } });
    expect(await freeze(of, ownerSays(world, of, { action: 'freeze' }))).toMatchObject({
      ok: false,
      error: { code: 'owner_signature_invalid' },
    });
    expect((await readRequest(world, id)).state).toBe('awaiting_owner');
  });
});

describe('consent is to one thing (INVARIANT I6)', () => {
  test('of one owner, the signature for one approval approves no other: request, wallet, revision, kind', async () => {
    const of = await makeWallet(world, SLOWLY);
    const other = await makeWallet(world, SLOWLY, of.owner);
    const requests = [await pay(world, of, 300n, 'a'), await pay(world, of, 299n, 'b'), await pay(world, other, 300n, 'c')];
    const approvals = await Promise.all(requests.map(({ id }) => approvalOf(world, id)));
    const statements = await Promise.all(
      approvals.map(async ({ id }) => must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' })).statement ?? ''),
    );
    for (const [at, approval] of approvals.entries())
      for (const [from, text] of statements.entries()) {
        if (at === from) continue;
        const signature = of.owner.sign(new TextEncoder().encode(text));
        const given = { approvalId: approval.id, statementSignature: signature, newOwnerSignature: null, messageSignatures: [] };
        expect(await approve(world.deps, given)).toMatchObject({ ok: false, error: { code: 'owner_signature_invalid' } });
      }
    expect(new Set(statements).size).toBe(3);
    await drive(world.deps);
    expect([world.chain.balance(of.merchant), world.chain.balance(other.merchant)]).toEqual([0n, 0n]);
  });

  test('a statement that somebody writes themselves is none that was prepared', async () => {
    const of = await makeWallet(world, SLOWLY);
    const { id } = await pay(world, of, 300n, 'a');
    const approval = await approvalOf(world, id);
    must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
    const own = formatOwnerStatement({
      ...{ action: 'approve-request', network: world.deps.network, wallet: of.wallet.multisig, request: id },
      ...{ policySha256: 'a'.repeat(64), messageSha256: 'b'.repeat(64), effects: ['Do nothing.'] },
      ...{ expiresAtMs: Math.ceil(Date.now() / 1000) * 1000 + 60_000, nonce: 'cd'.repeat(16) },
    });
    const signature = of.owner.sign(new TextEncoder().encode(own));
    const given = { approvalId: approval.id, statementSignature: signature, newOwnerSignature: null, messageSignatures: [] };
    expect(await approve(world.deps, given)).toMatchObject({ ok: false, error: { code: 'owner_signature_invalid' } });
    expect(must(await world.deps.database.read(async (reader) => ok(await reader.requests.get(id))))?.state).toBe('awaiting_delay');
  });
});
