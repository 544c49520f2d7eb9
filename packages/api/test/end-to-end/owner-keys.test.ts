import { type Address, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asNow, makeFeePayer, onChain, spendOnChain, wouldSpend } from './owner-chain.ts';
import { carryOut, consent, prepare, signPrepared, signText, statementOf, untilDone } from './owner-desk.ts';
import { openKeyFile, stealAgentKey } from './read-key-file.ts';
import { must, policyFor, SOL, signInAs, until, untilState } from './stack.ts';
import { answerOf, assetRule, makeVictim, need, type Stage, signSpend, spendBytes, startStage, type Victim } from './thief-stage.ts';
import { makeMint, type TestMint, tokensOf } from './thief-tokens.ts';

const refusal = (code: string) => ({ ok: false, error: { code } });

describe.concurrent('the keys of a wallet change', { timeout: 90_000 }, () => {
  let stage: Stage;
  let mint: TestMint;
  let rotated: Victim;
  let raced: Victim;
  let replaced: Victim;
  let revoked: Victim;
  let payer: TestKey;
  const withToken = (merchant: string): string =>
    policyFor(merchant, {
      assets: [
        assetRule('SOL', { autonomous: 10_000_000n, ceiling: SOL }, [{ seconds: 86_400, autonomous: 100_000_000n, ceiling: 3n * SOL }]),
        assetRule(mint.mint, { autonomous: 1_000_000n }, [{ seconds: 86_400, autonomous: 5_000_000n }]),
      ],
    });
  beforeAll(async () => {
    stage = await startStage();
    mint = await makeMint(stage.stack, 'token');
    const make = (policyOf: (merchant: string) => string): Promise<Victim> => makeVictim(stage, policyOf);
    [payer, rotated, raced, replaced, revoked] = await Promise.all([
      makeFeePayer(stage),
      make(withToken),
      make(policyFor),
      make(policyFor),
      make(policyFor),
    ]);
    await mint.give(rotated.addresses.vault, 9_000_000n);
  }, 120_000);
  afterAll(() => stage?.close());

  const pay = async (of: Victim, amount = 1_000_000n, asset = 'SOL') =>
    of.agent.pay(of.id, { asset, amount: amount.toString(), recipient: of.merchant }, stage.key());
  const paid = async (of: Victim, amount?: bigint, asset?: string): Promise<void> => {
    const { transaction } = must(await pay(of, amount, asset));
    expect(transaction.route).toBe('autonomous');
    await untilState(of, transaction.id, 'finalized');
  };
  const keysOf = async (of: Victim): Promise<readonly string[]> =>
    must(await stage.stack.operator.listKeys(of.id))
      .items.map(({ role, address, state }) => `${role} ${address} ${state}`)
      .toSorted();
  const verifies = async (): Promise<void> => expect(must(await stage.stack.operator.verifyAudit()).ok).toBe(true);

  test('INVARIANT I8: a rotation ends the old key on the chain, in the signer and on record, and the new one pays', async () => {
    const { operator } = stage.stack;
    const { owner, id, walletId, vault, merchant } = rotated;
    const old = await stealAgentKey(stage.stack, walletId);
    const oldBackup = must(await operator.getAgentBackup(id)).backup;
    expect(old.key.address).toBe(rotated.addresses.agent);
    expect(openKeyFile(Buffer.from(oldBackup, 'base64')).key.address).toBe(old.key.address);
    const before = await onChain(stage, rotated);
    const [solLimit, tokenLimit] = [rotated.limitOf('SOL'), rotated.limitOf(mint.mint)];
    await paid(rotated);
    await paid(rotated, 500_000n, mint.mint);
    // Who has the old key could spend by the limit, on the chain alone: that is what a rotation ends.
    expect(await wouldSpend(stage, rotated, { agent: old.key, payer, spendingLimit: solLimit })).toBeNull();

    const approval = must(await operator.rotateAgentKey(id, { reason: 'manual' }));
    expect(approval).toMatchObject({ kind: 'rotate_agent_key', state: 'waiting', change: { reason: 'manual', owner: null } });
    expect(must(await operator.rotateAgentKey(id)).id).toBe(approval.id);
    const prepared = await prepare(operator, approval.id);
    const signed = signPrepared(prepared, { owner });
    must(await operator.approve(approval.id, signed));
    await untilDone(operator, approval.id);

    const now = await asNow(stage, rotated);
    const after = await onChain(stage, rotated);
    expect(now.addresses.agent).toBe(approval.change?.agent);
    expect(after.members.map(({ key }) => key).toSorted()).toEqual([owner.address, now.addresses.agent].toSorted());
    const gone = new Set(before.limits.map(({ spendingLimit }) => spendingLimit));
    expect(after.limits.filter(({ spendingLimit }) => gone.has(spendingLimit))).toEqual([]);
    expect(after.limits.map(({ asset, amount }) => [asset, amount]).toSorted()).toEqual(
      [
        [NATIVE_ASSET, 100_000_000n],
        [tokenAsset(mint.mint), 5_000_000n],
      ].toSorted(),
    );

    // The chain itself has no use for the old key: not on its old limits, not on the new one.
    expect(await spendOnChain(stage, rotated, { agent: old.key, payer, spendingLimit: solLimit })).toContain('AccountNotInitialized');
    expect(await spendOnChain(stage, rotated, { agent: old.key, payer, spendingLimit: now.limitOf('SOL') })).toContain('Unauthorized');
    expect(tokenLimit).not.toBe(now.limitOf(mint.mint));
    // The signer has another key, and refuses what the old one would have to sign.
    expect((await stealAgentKey(stage.stack, walletId)).key.address).toBe(now.addresses.agent);
    expect(
      await answerOf(stage.keys.signWithAgentKey({ walletId, kind: 'spend', message: await spendBytes(stage, rotated, 1n) })),
    ).not.toBe('signed');
    expect(need(await stage.keys.getAgentPublicKey(walletId))).toBe(now.addresses.agent);
    const had = await tokensOf(stage.stack, merchant as Address, mint.mint);
    await paid(now);
    await paid(now, 250_000n, mint.mint);
    expect(await tokensOf(stage.stack, merchant as Address, mint.mint)).toBe((had ?? 0n) + 250_000n);

    expect(await keysOf(rotated)).toEqual(
      [`agent ${old.key.address} destroyed`, `agent ${now.addresses.agent} active`, `owner ${owner.address} active`].toSorted(),
    );
    const actions = must(await operator.listAudit({ chain: id, limit: '100' })).items.map(({ action }) => action);
    for (const action of ['policy.proposed', 'approval.prepared', 'approval.approved']) expect(actions).toContain(action);
    await verifies();

    // The statement and the signatures were good once, for the server and for the signer.
    expect(await operator.approve(approval.id, signed)).toMatchObject(refusal('approval_not_waiting'));
    const order = { walletId, statement: prepared.statement ?? '', ownerSignature: owner.sign(Buffer.from(prepared.statement ?? '')) };
    const bounds = Uint8Array.from(Buffer.from(prepared.policy?.bounds ?? '', 'base64'));
    const again = await stage.keys.rotateAgentKey({ ...order, bounds });
    // The same order again may be answered as it was; it changes nothing.
    if (again.ok) expect(again.value.agent).toBe(now.addresses.agent);
    expect(must(await operator.rotateAgentKey(id)).id).not.toBe(approval.id);
    expect(await answerOf(stage.keys.rotateAgentKey({ ...order, bounds }))).toBe(again.ok ? 'signed' : 'stale_revision');
    expect(need(await stage.keys.getAgentPublicKey(walletId))).toBe(now.addresses.agent);
    expect(await operator.restoreAgentKey(id, { backup: oldBackup })).toMatchObject({ ok: false });
    expect((await stealAgentKey(stage.stack, walletId)).key.address).toBe(now.addresses.agent);
    expect(await stage.balance(vault)).toBeGreaterThan(0n);
  });

  test('INVARIANT I3: payments in flight while the key rotates land before it or fail, and of two rotations at once one is made', async () => {
    const { operator } = stage.stack;
    const { id, owner, vault } = raced;
    const before = await stage.balance(vault);
    const approvals = await Promise.all(Array.from({ length: 5 }, () => operator.rotateAgentKey(id)));
    const ids = new Set(approvals.map((each) => must(each).id));
    expect(ids.size).toBe(1);
    const [approval = ''] = ids;
    const signed = signPrepared(await prepare(operator, approval), { owner });
    const paying = Array.from({ length: 12 }, () => pay(raced));
    await Promise.race(paying);
    const approved = await Promise.all(Array.from({ length: 4 }, () => operator.approve(approval, signed)));
    expect(approved.filter(({ ok }) => ok)).toHaveLength(1);
    const asked = await Promise.all(paying);
    for (const each of asked) if (!each.ok) expect(each.error.code).toBe('rotation_under_way');
    expect(asked.some(({ ok }) => ok)).toBe(true);
    await untilDone(operator, approval);
    await until('all have ended', async () =>
      must(await raced.agent.listTransactions(id, { limit: '100' })).items.every(({ state }) =>
        ['finalized', 'failed', 'expired', 'denied'].includes(state),
      ),
    );
    const { items } = must(await raced.agent.listTransactions(id, { limit: '100' }));
    const landed = items.filter(({ state }) => state === 'finalized');
    expect(before - (await stage.balance(vault))).toBe(BigInt(landed.length) * 1_000_000n);
    for (const { state, problem } of items.filter((each) => each.state === 'failed'))
      expect([state, problem]).toEqual(['failed', expect.stringMatching(/AccountNotInitialized|Unauthorized/)]);
    const keys = must(await operator.listKeys(id)).items.filter(({ role }) => role === 'agent');
    expect(keys.map(({ state }) => state).toSorted()).toEqual(['active', 'destroyed']);
    await paid(await asNow(stage, raced));
  });

  test('INVARIANT I6, I8: another owner key; what the old one signs is refused by service, signer and chain from then on', async () => {
    const { operator } = stage.stack;
    const { id, walletId, owner } = replaced;
    const next = createTestKey();
    const stranger = createTestKey();
    // Signed by the old owner while it was the owner, and kept.
    const keptFreeze = await statementOf(stage, replaced, { action: 'freeze' });
    const approval = must(await operator.replaceOwnerKey(id, { owner: next.address }));
    const prepared = await prepare(operator, approval.id);
    for (const desk of [{ owner }, { owner, newOwner: stranger }, { owner: next, newOwner: next }, { owner: stranger, newOwner: next }])
      expect(await operator.approve(approval.id, signPrepared(prepared, desk))).toMatchObject(refusal('owner_signature_invalid'));
    must(await operator.approve(approval.id, signPrepared(prepared, { owner, newOwner: next })));
    await untilDone(operator, approval.id);
    const found = await onChain(stage, replaced);
    expect(found).toMatchObject({ configAuthority: next.address, threshold: 2 });
    expect(found.members.map(({ key }) => key).toSorted()).toEqual([next.address, replaced.addresses.agent].toSorted());
    expect(await keysOf(replaced)).toEqual(
      [`agent ${replaced.addresses.agent} active`, `owner ${owner.address} revoked`, `owner ${next.address} active`].toSorted(),
    );

    // The old owner: an old session, a new one, statements, approvals, and the signer's own socket.
    const seen = await replaced.ownerClient.listWallets();
    expect(seen.ok ? seen.value.items : []).toEqual([]);
    expect(await replaced.ownerClient.getWallet(id)).toMatchObject({ ok: false });
    const { text } = must(await stage.stack.client(null).askSignIn({ owner: owner.address }));
    expect(await stage.stack.client(null).signIn({ text, signature: signText(owner, text) })).toMatchObject({ ok: false });
    const byOld = { statement: keptFreeze, signature: signText(owner, keptFreeze) };
    expect(await stage.stack.client(null).freeze(id, byOld)).toMatchObject(refusal('owner_signature_invalid'));
    must(await operator.freeze(id));
    const unfreeze = must(await operator.requestUnfreeze(id));
    const toUnfreeze = await prepare(operator, unfreeze.id);
    expect(await operator.approve(unfreeze.id, signPrepared(toUnfreeze, { owner }))).toMatchObject(refusal('owner_signature_invalid'));
    const order = { walletId, statement: toUnfreeze.statement ?? '' };
    expect(await answerOf(stage.keys.resumeAgentKey({ ...order, ownerSignature: owner.sign(Buffer.from(order.statement)) }))).toBe(
      'bad_owner_signature',
    );
    expect(must(await operator.getWallet(id)).state).toBe('frozen');
    must(await operator.approve(unfreeze.id, signPrepared(toUnfreeze, { owner: next })));
    const late = must(await operator.rotateAgentKey(id));
    expect(await consent(operator, late.id, { owner })).toMatchObject(refusal('owner_signature_invalid'));

    const mine = stage.stack.client(await signInAs(stage.stack.client(null), next));
    expect(must(await mine.listWallets()).items.map((each) => each.id)).toEqual([id]);
    await paid(await asNow(stage, replaced));
    const large = must(await pay(replaced, 60_000_000n)).transaction;
    expect(await consent(mine, large.approval ?? '', { owner })).toMatchObject(refusal('owner_signature_invalid'));
    must(await consent(mine, large.approval ?? '', { owner: next }));
    await untilState(replaced, large.id, 'finalized');
    await verifies();
  });

  test('INVARIANT I8, I9: a revoked key is wiped and worthless on the chain; a rotation brings another, and only the owner unfreezes', async () => {
    const { operator } = stage.stack;
    const { id, walletId, owner } = revoked;
    const old = await stealAgentKey(stage.stack, walletId);
    const limit = revoked.limitOf('SOL');
    const inFlight = await signSpend(stage, revoked, await spendBytes(stage, revoked, 5_000n));
    const approval = must(await operator.revokeAgentKey(id));
    await carryOut(operator, approval.id, { owner });
    expect((await onChain(stage, revoked)).limits).toEqual([]);
    expect(must(await operator.getWallet(id)).state).toBe('frozen');
    expect(await spendOnChain(stage, revoked, { agent: old.key, payer, spendingLimit: limit })).toContain('AccountNotInitialized');
    const spend = inFlight?.message ?? new Uint8Array();
    expect(await answerOf(stage.keys.signWithAgentKey({ walletId, kind: 'spend', message: spend }))).not.toBe('signed');
    await expect(stealAgentKey(stage.stack, walletId)).rejects.toThrow('ENOENT');
    expect(await keysOf(revoked)).toContain(`agent ${old.key.address} destroyed`);
    expect(await pay(revoked)).toMatchObject(refusal('payment_denied'));

    const rotation = must(await operator.rotateAgentKey(id));
    expect(rotation.change?.reason).toBe('lost');
    await carryOut(operator, rotation.id, { owner });
    const now = await asNow(stage, revoked);
    expect(now.addresses.agent).not.toBe(old.key.address);
    expect(must(await operator.getWallet(id)).state).toBe('frozen');
    expect(await pay(now)).toMatchObject(refusal('payment_denied'));
    await carryOut(operator, must(await operator.requestUnfreeze(id)).id, { owner });
    await paid(now);
    expect(await spendOnChain(stage, now, { agent: old.key, payer, spendingLimit: now.limitOf('SOL') })).toContain('Unauthorized');
  });
});
