import { randomBytes } from 'node:crypto';
import { callForRotation, lookAfterKeys, ok, type WalletId } from '@countersign/core';
import type { ApprovalView, KeyView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approveAs, type Harness, POLICY, startHarness, type TestWallet } from './harness.ts';

describe('keys over HTTP', () => {
  let harness: Harness;
  let wallet: TestWallet;
  beforeAll(async () => {
    harness = await startHarness();
    wallet = await harness.makeWallet(undefined, createTestKey(), { recovery: createTestKey().address });
  });
  afterAll(() => harness.close());
  const post = (ending: string, body: object = {}, id = wallet.id) =>
    harness.ask({ method: 'POST', path: `/v1/wallets/${id}/${ending}`, body });
  const keysOf = async (id = wallet.id): Promise<readonly KeyView[]> =>
    (await harness.ask({ path: `/v1/wallets/${id}/keys` })).json['items'] as readonly KeyView[];

  test('are listed with their state and when another should take their place', async () => {
    const view = (await harness.ask({ path: `/v1/wallets/${wallet.id}` })).json as unknown as {
      owner: string;
      agent: string;
      recovery: string;
    };
    for (const as of [harness.operator, wallet.ownerSecret, wallet.agentSecret]) {
      const listed = await harness.ask({ path: `/v1/wallets/${wallet.id}/keys`, as });
      const keys = listed.json['items'] as readonly KeyView[];
      expect(
        keys.find(({ role }) => role === 'agent'),
        listed.text,
      ).toMatchObject({ address: view.agent, state: 'active', notice: 'none', reason: null });
      expect(keys.find(({ role }) => role === 'owner')).toMatchObject({ address: view.owner, state: 'active', notice: 'none' });
    }
    const agent = (await keysOf()).find(({ role }) => role === 'agent');
    const days = (Date.parse(agent?.dueAt ?? '') - Date.parse(agent?.activatedAt ?? '')) / 86_400_000;
    expect(days).toBe(90);
  });

  test('a rotation waits for the owner, and one that waits is given back', async () => {
    const own = await harness.makeWallet();
    const asked = await post('rotate-agent-key', {}, own.id);
    expect(asked.json, asked.text).toMatchObject({
      kind: 'rotate_agent_key',
      state: 'waiting',
      wallet: own.id,
      change: { owner: null, consentOf: 'owner', reason: 'manual', agent: expect.any(String) },
    });
    expect((await post('rotate-agent-key', { reason: 'manual' }, own.id)).json['id']).toBe((asked.json as unknown as ApprovalView).id);
    for (const as of [own.agentSecret, own.ownerSecret])
      expect((await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/rotate-agent-key`, as, body: {} })).status).toBe(403);
  });

  test('attack: an agent that calls for its own rotation keeps nobody from changing its policy', async () => {
    const own = await harness.makeWallet();
    const { database } = harness.deps;
    const called = await database.transact(async (tx) => ok(await callForRotation(tx, own.id as WalletId, 'violation_attempts')));
    expect(called).toEqual(ok(true));
    await lookAfterKeys(harness.deps);
    const waiting = async (): Promise<readonly ApprovalView[]> =>
      (await harness.ask({ path: `/v1/approvals?wallet=${own.id}&state=waiting` })).json['items'] as readonly ApprovalView[];
    expect(await waiting()).toMatchObject([{ kind: 'rotate_agent_key', change: { reason: 'violation_attempts' } }]);
    expect((await keysOf(own.id)).find(({ role, state }) => role === 'agent' && state !== 'generating')).toMatchObject({
      notice: 'called_for',
    });
    const policy = JSON.stringify({ ...POLICY(own.merchant), otherRecipients: 'denied' });
    const proposed = await post('policies', { policy }, own.id);
    expect(proposed.status, proposed.text).toBe(201);
    expect(await waiting()).toMatchObject([{ kind: 'install_policy' }]);
    const { approval } = proposed.json as unknown as { approval: ApprovalView };
    expect((await approveAs(harness, approval.id, own.owner)).status).toBe(200);
    await harness.drive();
    await lookAfterKeys(harness.deps);
    expect(await waiting()).toMatchObject([{ kind: 'rotate_agent_key', policyRevision: 3 }]);
    // What an operator asked for stands.
    expect((await post('rotate-agent-key', { reason: 'lost' }, own.id)).json).toMatchObject({ kind: 'rotate_agent_key' });
    expect((await post('policies', { policy: JSON.stringify(POLICY(own.merchant)) }, own.id)).json).toMatchObject({
      code: 'state_conflict',
    });
  });

  test('another owner key waits for both', async () => {
    const own = await harness.makeWallet();
    const next = createTestKey().address;
    const asked = await post('replace-owner-key', { owner: next }, own.id);
    expect(asked.json, asked.text).toMatchObject({
      kind: 'replace_owner_key',
      state: 'waiting',
      change: { owner: next, agent: null, consentOf: 'owner' },
    });
    const lost = await harness.makeWallet();
    expect((await post('replace-owner-key', { owner: next, consentOf: 'recovery' }, lost.id)).json).toMatchObject({
      code: 'recovery_key_missing',
    });
    const same = (await harness.ask({ path: `/v1/wallets/${lost.id}` })).json as unknown as { owner: string };
    expect((await post('replace-owner-key', { owner: same.owner }, lost.id)).status).toBe(400);
  });

  test('a revocation waits for the owner', async () => {
    const own = await harness.makeWallet();
    expect((await post('revoke-agent-key', {}, own.id)).json).toMatchObject({ kind: 'revoke_agent_key', state: 'waiting' });
  });

  test('INVARIANT I9, I10: a backup is what the signer sealed, and that it was handed out is recorded first', async () => {
    const own = await harness.makeWallet();
    const path = `/v1/wallets/${own.id}/agent-backup`;
    const view = (await harness.ask({ path: `/v1/wallets/${own.id}` })).json as unknown as { agent: string };
    const backup = await harness.ask({ path });
    expect(backup.json, backup.text).toMatchObject({ wallet: own.id, agent: view.agent, backup: expect.any(String) });
    const audit = (await harness.ask({ path: `/v1/audit?chain=${own.id}` })).json['items'] as { action: string; actor: string }[];
    expect(audit[0]).toMatchObject({ action: 'key.backed_up' });
    for (const as of [own.agentSecret, own.ownerSecret]) expect((await harness.ask({ path, as })).status).toBe(403);
    const { database } = harness.deps;
    const lost = async () => ({ ok: false, error: { code: 'database_unavailable', problem: 'gone' } }) as const;
    Object.assign(harness.deps, { database: { ...database, transact: lost } });
    const dark = await harness.ask({ path });
    Object.assign(harness.deps, { database });
    expect(dark.status).toBe(503);
    expect(dark.text).not.toContain(String(backup.json['backup']).slice(0, 40));
    expect(harness.lines.join('')).not.toContain(String(backup.json['backup']).slice(0, 40));
  });

  test('what is no backup of this wallet’s key is not restored', async () => {
    const own = await harness.makeWallet();
    const refused = await post('restore-agent-key', { backup: randomBytes(300).toString('base64') }, own.id);
    expect(refused.status, refused.text).toBeGreaterThanOrEqual(400);
    expect((await keysOf(own.id)).filter(({ role }) => role === 'agent')).toHaveLength(1);
  });

  test('unknown wallets have no keys', async () => {
    const nobody = 'wal_01KAQ5R9V3N8X2M4T6W8Y0Z1B3';
    for (const path of ['keys', 'kits', 'agent-backup', 'changes-since-freeze'])
      expect((await harness.ask({ path: `/v1/wallets/${nobody}/${path}` })).json, path).toMatchObject({ status: 404, code: 'not_found' });
    for (const [ending, body] of [
      ['rotate-agent-key', {}],
      ['replace-owner-key', { owner: createTestKey().address }],
      ['revoke-agent-key', {}],
      ['restore-agent-key', { backup: 'AQID' }],
      ['kits', { purpose: 'lockdown' }],
      ['lockdown', {}],
      ['policies/diff', { policy: '{}' }],
      ['policies/tighten', { policy: '{}' }],
    ] as const)
      expect((await post(ending, body, nobody)).json, ending).toMatchObject({ status: 404, code: 'not_found' });
  });
});
