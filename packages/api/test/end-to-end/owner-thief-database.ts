import { createHash } from 'node:crypto';
import { address, encodeBase58 } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { onChain } from './owner-chain.ts';
import { consent, prepare, signPrepared } from './owner-desk.ts';
import { must, until } from './stack.ts';
import { signedBy, sql, untilQuiet } from './thief-ask.ts';
import { answerOf, need, type Stage, spendBytes, type Victim } from './thief-stage.ts';

const refusal = (code: string) => ({ ok: false, error: { code } });

/** Who writes to the database past the service, with triggers off; and who reads it all. */
export function databaseAttacks(stage: () => Stage, victim: () => Victim, kitted: () => Victim): void {
  const thief = createTestKey();
  const force = (text: string, values: readonly unknown[]) => sql(stage(), text, values, true);
  const pay = (amount: bigint, recipient = victim().merchant) =>
    victim().agent.pay(victim().id, { asset: 'SOL', amount: amount.toString(), recipient }, stage().key());

  test('INVARIANT I7: a frozen wallet whose record says active signs nothing: the signer asks for the owner', async () => {
    const { id, walletId, vault } = victim();
    const before = await stage().balance(vault);
    must(await stage().stack.operator.freeze(id));
    await force("UPDATE wallets SET state = 'active', frozen_reason = NULL WHERE id = $1", [id]);
    expect(must(await stage().stack.operator.getWallet(id)).state).toBe('active');
    const signed = await signedBy(stage(), victim());
    const asked = await pay(1_000n);
    if (asked.ok) expect(asked.value.transaction.signature).toBeNull();
    const message = await spendBytes(stage(), victim(), 1_000n);
    expect(await answerOf(stage().keys.signWithAgentKey({ walletId, kind: 'spend', message }))).toBe('suspended');
    expect(await signedBy(stage(), victim())).toBe(signed);
    expect(await stage().balance(vault)).toBe(before);
    // Put back, the owner unfreezes as ever.
    await force("UPDATE wallets SET state = 'frozen', frozen_reason = 'put back' WHERE id = $1", [id]);
    const unfreeze = must(await stage().stack.operator.requestUnfreeze(id));
    must(await consent(stage().stack.operator, unfreeze.id, { owner: victim().owner }));
    await untilQuiet(victim(), { final: true });
  });

  test('INVARIANT I6: a thief who writes itself down as the owner, or as the recovery key, is believed by neither signer nor chain', async () => {
    const { operator } = stage().stack;
    const { id, walletId, vault, owner } = victim();
    const before = await stage().balance(vault);
    const large = must(await pay(60_000_000n)).transaction;
    const record = async (ownerAddress: string, recovery: string | null): Promise<void> => {
      await force('UPDATE wallets SET owner_address = $2, recovery_address = $3 WHERE id = $1', [id, ownerAddress, recovery]);
      await force("UPDATE wallet_keys SET address = $2 WHERE wallet_id = $1 AND role = 'owner'", [id, ownerAddress]);
    };
    // Who cannot turn triggers off does not even get so far.
    const written = sql(stage(), 'UPDATE wallets SET owner_address = $2 WHERE id = $1', [id, thief.address]);
    await expect(written).rejects.toThrow('nobody consented to these keys');
    await record(thief.address, thief.address);
    try {
      const prepared = await operator.prepareApproval(large.approval ?? '');
      if (prepared.ok)
        expect((await operator.approve(large.approval ?? '', signPrepared(prepared.value, { owner: thief }))).ok).toBe(false);
      for (const proposed of [
        await operator.rotateAgentKey(id),
        await operator.replaceOwnerKey(id, { owner: createTestKey().address, consentOf: 'recovery' }),
        await operator.revokeAgentKey(id),
      ]) {
        if (!proposed.ok) continue;
        const read = await operator.prepareApproval(proposed.value.id);
        if (!read.ok) continue;
        const desk = { owner: thief, newOwner: createTestKey() };
        const { newOwnerSignature, ...rest } = signPrepared(read.value, desk);
        const given = proposed.value.change?.owner ? { ...rest, newOwnerSignature } : rest;
        expect((await operator.approve(proposed.value.id, given)).ok).toBe(false);
      }
      must(await operator.freeze(id));
      const unfreeze = must(await operator.requestUnfreeze(id));
      const toUnfreeze = await operator.prepareApproval(unfreeze.id);
      if (toUnfreeze.ok) expect((await operator.approve(unfreeze.id, signPrepared(toUnfreeze.value, { owner: thief }))).ok).toBe(false);
      const message = await spendBytes(stage(), victim(), 1_000n);
      expect(await answerOf(stage().keys.signWithAgentKey({ walletId, kind: 'spend', message }))).toBe('suspended');
    } finally {
      await record(owner.address, null);
    }
    const found = await onChain(stage(), victim());
    expect(found.configAuthority).toBe(owner.address);
    expect(found.members.map(({ key }) => key)).not.toContain(thief.address);
    expect(found.limits).toHaveLength(1);
    expect(await stage().balance(vault)).toBe(before);
    const again = must(await operator.requestUnfreeze(id));
    const answered = await consent(operator, again.id, { owner });
    expect(answered.ok, JSON.stringify(answered)).toBe(true);
  });

  test('INVARIANT I5: a policy document that was planted loosens what the service decides, and nothing that the signer signs', async () => {
    const { id, vault } = victim();
    const before = await stage().balance(vault);
    const [row] = await sql(stage(), "SELECT revision, text FROM policy_revisions WHERE wallet_id = $1 AND state = 'active'", [id]);
    const document = JSON.parse(String(row?.['text'])) as { readonly recipients: object[]; readonly assets: object[] };
    const loose = JSON.stringify({
      ...document,
      recipients: [...document.recipients, { address: thief.address, label: 'Thief' }],
      assets: [
        {
          asset: 'SOL',
          perTransaction: { autonomous: '4000000000', ceiling: '4000000000' },
          windows: [{ seconds: 86_400, autonomous: '4000000000', ceiling: '4000000000' }],
        },
      ],
    });
    const hash = createHash('sha256').update(loose).digest('hex');
    const insert =
      'INSERT INTO policy_tightenings (wallet_id, revision, number, text, policy_sha256, actor, at_ms) VALUES ($1, $2, 1, $3, $4, $5, $6)';
    await force(insert, [id, row?.['revision'], loose, hash, 'thief', Date.now()]);
    try {
      const signed = await signedBy(stage(), victim());
      const asked = [await pay(4_000_000_000n, victim().merchant), await pay(1_000_000_000n), await pay(1_000_000n, thief.address)];
      for (const each of asked) if (each.ok) expect(each.value.transaction.signature).toBeNull();
      expect(await signedBy(stage(), victim())).toBe(signed);
      expect(await stage().balance(vault)).toBe(before);
      expect(await stage().balance(thief.address)).toBe(0n);
      for (const each of asked) if (each.ok) await victim().agent.cancelTransaction(id, each.value.transaction.id);
    } finally {
      await force('DELETE FROM policy_tightenings WHERE wallet_id = $1', [id]);
    }
  });

  test('INVARIANT I7: a kit whose bytes were replaced is not sent; what is sent takes rights away and nothing else', async () => {
    const { operator } = stage().stack;
    const { addresses, id, vault, owner } = kitted();
    const before = await stage().balance(vault);
    const [kit] = await sql(stage(), "SELECT nonce_account, nonce FROM kits WHERE wallet_id = $1 AND state = 'armed'", [id]);
    const nonce = { address: address(String(kit?.['nonce_account'])), authority: addresses.owner, nonce: String(kit?.['nonce']) };
    const handOver = need(await stage().chain.buildHandOver({ addresses, recovery: thief.address, nonce }));
    await force("UPDATE kits SET message = $2 WHERE wallet_id = $1 AND state = 'armed'", [id, Buffer.from(handOver)]);
    must(await operator.lockDown(id));
    await until('it is refused', async () => must(await operator.listKits(id)).items.every(({ state }) => state === 'stale'));
    expect(stage().stack.log()).toContain('kit.refused');
    const found = await onChain(stage(), kitted());
    expect([found.configAuthority, found.limits.length]).toEqual([owner.address, 1]);
    expect(must(await operator.getWallet(id)).state).toBe('frozen');
    expect(await stage().balance(vault)).toBe(before);
    const actions = must(await operator.listAudit({ chain: id })).items.map(({ action }) => action);
    expect(actions).toContain('lockdown.unavailable');
  });

  test('INVARIANT I6: who reads the database has no session, no credential and no statement that is still good', async () => {
    const { client } = stage().stack;
    const anybody = client(null);
    const { owner, id } = victim();
    const { text } = must(await anybody.askSignIn({ owner: owner.address }));
    const [challenge] = await sql(stage(), 'SELECT text FROM sign_in_challenges WHERE owner_address = $1', [owner.address]);
    expect(challenge?.['text']).toBe(text);
    const hashes = await sql(stage(), 'SELECT encode(hash, $1) AS hash FROM credentials', ['hex']);
    for (const { hash } of hashes.slice(0, 8))
      for (const secret of [String(hash), Buffer.from(String(hash), 'hex').toString('base64url'), `cs_operator_${String(hash)}`])
        expect(await client(secret).getWallet(id)).toMatchObject(refusal('unauthenticated'));
    const dump = JSON.stringify(await sql(stage(), 'SELECT label, role FROM credentials'));
    expect(dump).not.toContain(victim().agentSecret);
    expect(dump).not.toContain(victim().ownerSecret);
    // A session that was planted reads; it moves nothing.
    const body = `cs_owner_${'A'.repeat(43)}`;
    const secret = `${body}_${createHash('sha256').update(body).digest('hex').slice(0, 6)}`;
    await force(
      "INSERT INTO credentials (id, role, owner_address, label, hash, created_at_ms, expires_at_ms) VALUES ($1, 'owner', $2, 'planted', $3, $4, $5)",
      ['crd_01KAQ5R9V3N8X2M4T6W8Y0Z1B3', owner.address, createHash('sha256').update(secret).digest(), Date.now(), Date.now() + 600_000],
    );
    const planted = client(secret);
    must(await planted.getWallet(id));
    expect(await planted.pay(id, { asset: 'SOL', amount: '1', recipient: victim().merchant }, stage().key())).toMatchObject({ ok: false });
    expect(await planted.freeze(id)).toMatchObject({ ok: false });
    const large = must(await pay(60_000_000n)).transaction;
    const prepared = await prepare(victim().ownerClient, large.approval ?? '');
    expect((await planted.approve(large.approval ?? '', signPrepared(prepared, { owner: thief }))).ok).toBe(false);
    must(await victim().agent.cancelTransaction(id, large.id));
  });
}

/** Every statement that was ever used, again and to every door of the signer and of the service: nothing comes of it. */
export async function replayEverything(stage: Stage): Promise<number> {
  const { keys, stack } = stage;
  const anybody = stack.client(null);
  const rows = await sql(
    stage,
    `SELECT s.wallet_id, s.text, s.signature, s.second_signature, p.bounds FROM used_statements s
      LEFT JOIN policy_revisions p ON p.wallet_id = s.wallet_id AND p.revision = s.revision`,
  );
  const wallets = [...new Set(rows.map((row) => String(row['wallet_id'])))];
  const look = async () =>
    Promise.all(
      wallets.map(async (id) => {
        const { state, agent, owner, policyRevision } = must(await stack.operator.getWallet(id));
        return { id, state, agent, owner, policyRevision };
      }),
    );
  const held = async () => {
    const { wallets: each } = await keys.healthCheck();
    return each;
  };
  const before = [await look(), await held()];
  for (const row of rows) {
    const walletId = String(row['wallet_id']) as Victim['walletId'];
    const statement = String(row['text']);
    const [ownerSignature, second] = [row['signature'], row['second_signature'] ?? row['signature']].map((each) =>
      Uint8Array.from(each as Buffer),
    ) as [Uint8Array, Uint8Array];
    const bounds = Uint8Array.from((row['bounds'] as Buffer | null) ?? Buffer.of(0));
    const order = { walletId, statement, ownerSignature };
    await keys.installBounds({ ...order, bounds });
    await keys.rotateAgentKey({ ...order, bounds });
    await keys.replaceOwner({ ...order, newOwnerSignature: second, bounds });
    await keys.resumeAgentKey(order);
    await keys.revokeAgentKey(order);
    const answered = await anybody.freeze(walletId, { statement, signature: encodeBase58(ownerSignature) });
    expect(answered.ok).toBe(false);
  }
  expect([await look(), await held()]).toEqual(before);
  return rows.length;
}
