import { randomBytes } from 'node:crypto';
import { encodeBase58, formatOwnerStatement, type OwnerStatement } from '@countersign/core';
import type { TransactionView } from '@countersign/sdk';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, approveAs, type Harness, pay, startHarness, type TestWallet } from './harness.ts';

describe('stopping a wallet over HTTP', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  async function statementOf(wallet: TestWallet, change: Partial<OwnerStatement> = {}): Promise<string> {
    const { multisig } = (await harness.ask({ path: `/v1/wallets/${wallet.id}` })).json as unknown as { multisig: string };
    const expiresAtMs = Math.ceil(Date.now() / 1000) * 1000 + 60_000;
    const head = { network: harness.deps.network, wallet: multisig, expiresAtMs, nonce: randomBytes(16).toString('hex') };
    return formatOwnerStatement({ action: 'freeze', ...head, ...change } as OwnerStatement);
  }
  const handIn = (wallet: TestWallet, statement: string, by: TestKey, as: string | null = null): Promise<Asked> => {
    const signature = encodeBase58(by.sign(new TextEncoder().encode(statement)));
    return harness.ask({ method: 'POST', path: `/v1/wallets/${wallet.id}/freeze`, as, body: { statement, signature } });
  };
  const stateOf = async (wallet: TestWallet): Promise<unknown> => (await harness.ask({ path: `/v1/wallets/${wallet.id}` })).json['state'];

  test("by the owner's statement, without any credential and with chain and signer away", async () => {
    const wallet = await harness.makeWallet();
    const statement = await statementOf(wallet);
    harness.chain.setReachable(false);
    harness.keys.setReachable(false);
    const frozen = await handIn(wallet, statement, wallet.owner);
    harness.chain.setReachable(true);
    harness.keys.setReachable(true);
    expect(frozen.json, frozen.text).toMatchObject({ wallet: { state: 'frozen' }, signerProblem: expect.any(String) });
    expect(await stateOf(wallet)).toBe('frozen');
    expect((await harness.ask(pay(wallet))).json).toMatchObject({ code: 'payment_denied' });
  });

  test("INVARIANT I6: a statement that stopped a wallet stops nothing after the owner's unfreeze", async () => {
    const wallet = await harness.makeWallet();
    const statement = await statementOf(wallet);
    expect((await handIn(wallet, statement, wallet.owner)).status).toBe(200);
    const asked = await harness.ask({ method: 'POST', path: `/v1/wallets/${wallet.id}/unfreeze` });
    expect((await approveAs(harness, (asked.json as unknown as { id: string }).id, wallet.owner)).json).toMatchObject({ state: 'done' });
    expect((await handIn(wallet, statement, wallet.owner)).json).toMatchObject({ status: 422, code: 'statement_invalid' });
    expect(await stateOf(wallet)).toBe('active');
  });

  test('attack: statements that are not this owner’s, about this wallet, on this network, now', async () => {
    const wallet = await harness.makeWallet();
    const other = await harness.makeWallet();
    const past = Math.floor(Date.now() / 1000) * 1000 - 5_000;
    const forged: readonly (readonly [string, TestKey])[] = [
      [await statementOf(wallet), createTestKey()],
      [await statementOf(wallet), other.owner],
      [await statementOf(other), wallet.owner],
      [await statementOf(wallet, { network: createTestKey().address }), wallet.owner],
      [await statementOf(wallet, { expiresAtMs: past }), wallet.owner],
      [await statementOf(wallet, { action: 'unfreeze' }), wallet.owner],
      ['freeze', wallet.owner],
    ];
    for (const [statement, by] of forged) {
      const refused = await handIn(wallet, statement, by);
      expect(refused.status, statement).toBe(422);
      expect(refused.json.code).toMatch(/^(statement_invalid|owner_signature_invalid)$/);
    }
    expect(await stateOf(wallet)).toBe('active');
    expect(await stateOf(other)).toBe('active');
  });

  test('without a statement it takes an operator or the agent; an owner’s session is none of them', async () => {
    const wallet = await harness.makeWallet();
    const path = `/v1/wallets/${wallet.id}/freeze`;
    expect((await harness.ask({ method: 'POST', path, as: null, body: {} })).json).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect((await harness.ask({ method: 'POST', path, as: wallet.ownerSecret, body: {} })).json).toMatchObject({ status: 403 });
    expect(await stateOf(wallet)).toBe('active');
    expect((await handIn(wallet, await statementOf(wallet), wallet.owner, wallet.ownerSecret)).status).toBe(200);
    expect(await stateOf(wallet)).toBe('frozen');
  });

  test('what happened since is shown before it is unfrozen', async () => {
    const wallet = await harness.makeWallet();
    const path = `/v1/wallets/${wallet.id}/changes-since-freeze`;
    expect((await harness.ask({ path })).json).toMatchObject({ status: 409, code: 'wallet_not_frozen' });
    await handIn(wallet, await statementOf(wallet), wallet.owner);
    for (const as of [harness.operator, wallet.ownerSecret]) expect((await harness.ask({ path, as })).status).toBe(200);
    expect((await harness.ask({ path, as: wallet.agentSecret })).status).toBe(403);
  });

  test('a lockdown freezes, and says when nothing was signed ahead of need', async () => {
    const wallet = await harness.makeWallet();
    const path = `/v1/wallets/${wallet.id}/lockdown`;
    for (const as of [wallet.agentSecret, wallet.ownerSecret])
      expect((await harness.ask({ method: 'POST', path, as, body: {} })).status).toBe(403);
    const locked = await harness.ask({ method: 'POST', path, body: { reason: 'a thief' } });
    expect(locked.json, locked.text).toMatchObject({ frozen: { wallet: { state: 'frozen', frozenReason: 'a thief' } }, armed: [] });
    expect(harness.alerts.some(({ walletId, severity }) => walletId === wallet.id && severity === 'critical')).toBe(true);
    const kits = await harness.ask({ path: `/v1/wallets/${wallet.id}/kits` });
    expect(kits.json['warnings']).toContainEqual(expect.stringContaining('lockdown'));
  });

  test("the owner's veto: a statement about this transaction, by session or by operator", async () => {
    const wallet = await harness.makeWallet();
    const asked = (await harness.ask(pay(wallet, { amount: '6000' }))).json as unknown as TransactionView;
    const other = (await harness.ask(pay(wallet, { amount: '6001' }))).json as unknown as TransactionView;
    const veto = async (about: TransactionView, by: TestKey): Promise<Asked> => {
      const statement = await statementOf(wallet, { action: 'veto-request', request: about.id } as Partial<OwnerStatement>);
      const signature = encodeBase58(by.sign(new TextEncoder().encode(statement)));
      const path = `/v1/approvals/${asked.approval}/reject`;
      return harness.ask({ method: 'POST', path, as: wallet.ownerSecret, body: { statement, signature } });
    };
    expect((await veto(asked, createTestKey())).json).toMatchObject({ code: 'owner_signature_invalid' });
    expect((await veto(other, wallet.owner)).json).toMatchObject({ code: 'statement_invalid' });
    expect((await veto(asked, wallet.owner)).json).toMatchObject({ state: 'rejected' });
    const path = `/v1/wallets/${wallet.id}/transactions`;
    expect((await harness.ask({ path: `${path}/${asked.id}` })).json).toMatchObject({ state: 'rejected' });
    expect((await harness.ask({ path: `${path}/${other.id}` })).json).toMatchObject({ state: 'awaiting_owner' });
  });
});
