import {
  type Address,
  approve,
  freezeWallet,
  prepareApproval,
  proposeOwnerReplacement,
  proposePolicy,
  requestUnfreeze,
} from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { again, approvalNow, expectInStep, fairWeather, inForce, keysOf, onChain, rotate } from './key-world.ts';
import {
  AUTONOMOUS,
  approvalOf,
  approveAs,
  CEILING,
  drive,
  makeWallet,
  must,
  pay,
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
afterEach(() => fairWeather(world));

const text = (statement: string | null): Uint8Array => new TextEncoder().encode(statement ?? '');
const propose = async (of: TestWallet, owner: Address, consentOf: 'owner' | 'recovery' = 'owner') =>
  proposeOwnerReplacement(world.deps, { walletId: of.wallet.id, owner, consentOf, actor: 'test' });

describe('replacement of the owner key', () => {
  test('INVARIANT I8: the new owner takes the old one’s place on chain, in the signer and on record', async () => {
    const of = await makeWallet(world);
    const next = createTestKey();
    const { id } = must(await propose(of, next.address));
    expect(must(await propose(of, next.address)).id).toBe(id);
    must(await approveAs(world.deps, id, of.owner, next));
    await drive(world.deps);
    const wallet = await expectInStep(world, of.wallet.id);
    expect(wallet).toMatchObject({ owner: next.address, agent: of.wallet.agent, policyRevision: 2 });
    expect(await keysOf(world, wallet.id)).toEqual(['agent active', 'owner active', 'owner revoked']);
    const after = { ...(await again(world, of)), owner: next };
    await pay(world, after, AUTONOMOUS, 'small');
    const { request } = { request: await pay(world, after, CEILING, 'large') };
    must(await approveAs(world.deps, (await approvalOf(world, request.id)).id, next));
    await drive(world.deps);
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS + CEILING);
    expect((await rotate(world, after)).state).toBe('done');
  });

  test('INVARIANT I7: from that moment what the old owner signs is refused, in the server and in the signer', async () => {
    const of = await makeWallet(world);
    must(await freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'suspicion', actor: 'test' }));
    const unfreeze = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    const prepared = must(await prepareApproval(world.deps, { approvalId: unfreeze.id, actor: 'test' }));
    const signature = of.owner.sign(text(prepared.statement));
    const next = createTestKey();
    const { id } = must(await propose(of, next.address));
    world.chain.setLanding('held');
    must(await approveAs(world.deps, id, of.owner, next));
    const consent = { approvalId: unfreeze.id, statementSignature: signature, newOwnerSignature: null, messageSignatures: [] };
    expect(await approve(world.deps, consent)).toMatchObject({ error: { code: 'rotation_under_way' } });
    world.chain.setLanding('at_once');
    world.chain.produceBlock(world.chain.pending());
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
    expect(await approve(world.deps, consent)).toMatchObject({ ok: false });
    expect(await approveAs(world.deps, unfreeze.id, of.owner)).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    const order = { walletId: of.wallet.id, statement: prepared.statement ?? '', ownerSignature: signature };
    expect(await world.keys.resumeAgentKey(order)).toMatchObject({ error: { code: 'signer_refused' } });
    must(await approveAs(world.deps, unfreeze.id, next));
  });

  test('INVARIANT I6: it takes the new owner’s signature over the same statement, and nobody else’s', async () => {
    const of = await makeWallet(world);
    const [next, stranger] = [createTestKey(), createTestKey()];
    const { id } = must(await propose(of, next.address));
    for (const second of [null, stranger, of.owner])
      expect(await approveAs(world.deps, id, of.owner, second)).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    expect(await approveAs(world.deps, id, next, next)).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    expect(await expectInStep(world, of.wallet.id)).toMatchObject({ owner: of.owner.address });
    must(await approveAs(world.deps, id, of.owner, next));
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
  });

  test('a key that was given up, the agent’s, the fee account’s and one off the curve cannot become owner', async () => {
    const of = await makeWallet(world);
    const next = createTestKey();
    const { id } = must(await propose(of, next.address));
    must(await approveAs(world.deps, id, of.owner, next));
    await drive(world.deps);
    const { wallet } = await again(world, of);
    for (const owner of [of.owner.address, next.address, wallet.agent, wallet.feeAccount, wallet.vault])
      expect(await propose(of, owner)).toMatchObject({ error: { code: 'invalid_field', field: 'owner' } });
  });
});

describe('a lost owner key', () => {
  const recoverable = async (): Promise<{ readonly of: TestWallet; readonly recovery: TestKey }> => {
    const recovery = createTestKey();
    return { of: await makeWallet(world, {}, createTestKey(), recovery.address), recovery };
  };
  const handOver = ({ wallet }: TestWallet, recovery: TestKey): void =>
    world.chain.alterWallet(wallet.multisig, (found) => ({ ...found, configAuthority: recovery.address }));

  test('the recovery key, to which the config authority was handed over, makes another owner', async () => {
    const { of, recovery } = await recoverable();
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'owner active', 'recovery active']);
    const next = createTestKey();
    const { id } = must(await propose(of, next.address, 'recovery'));
    // Nobody can cancel it without the lost key.
    world.chain.leaveProposal(of.wallet.multisig, 'approved');
    expect(await prepareApproval(world.deps, { approvalId: id, actor: 'test' })).toMatchObject({ error: { code: 'chain_differs' } });
    handOver(of, recovery);
    expect(await approveAs(world.deps, id, of.owner, next)).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    must(await approveAs(world.deps, id, recovery, next));
    await drive(world.deps);
    expect(await expectInStep(world, of.wallet.id)).toMatchObject({ owner: next.address, recovery: recovery.address });
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'owner active', 'owner revoked', 'recovery active']);
  });

  test('without a recovery key there is nothing to sign with', async () => {
    const of = await makeWallet(world);
    expect(await propose(of, createTestKey().address, 'recovery')).toMatchObject({ error: { code: 'recovery_key_missing' } });
  });

  test('the recovery key consents to nothing else', async () => {
    const { of, recovery } = await recoverable();
    const { text: policyText } = await inForce(world, of.wallet.id);
    const { approval } = must(await proposePolicy(world.deps, { walletId: of.wallet.id, policyText, actor: 'test' }));
    expect(await approveAs(world.deps, approval.id, recovery)).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    expect(await propose(of, recovery.address, 'recovery')).toMatchObject({ error: { code: 'invalid_field' } });
  });

  test('another recovery key is pinned with the next revision that the owner signs, and none after it', async () => {
    const { of, recovery } = await recoverable();
    const { text: policyText } = await inForce(world, of.wallet.id);
    const other = createTestKey();
    for (const next of [other.address, null]) {
      const proposed = must(await proposePolicy(world.deps, { walletId: of.wallet.id, policyText, recovery: next, actor: 'test' }));
      must(await approveAs(world.deps, proposed.approval.id, of.owner));
      await drive(world.deps);
      expect((await approvalNow(world, proposed.approval.id)).state).toBe('done');
      expect((await expectInStep(world, of.wallet.id)).recovery).toBe(next);
    }
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'owner active', 'recovery revoked', 'recovery revoked']);
    const back = await proposePolicy(world.deps, { walletId: of.wallet.id, policyText, recovery: recovery.address, actor: 'test' });
    expect(back).toMatchObject({ error: { code: 'invalid_field', field: 'recovery' } });
    expect((await onChain(world, of.wallet)).configAuthority).toBe(of.owner.address);
  });
});
