import {
  acceptedEncodings,
  approve,
  freezeWallet,
  prepareApproval,
  proposeOwnerReplacement,
  proposePolicy,
  proposeRevocation,
  proposeRotation,
  requestUnfreeze,
} from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectInStep, fairWeather, inForce } from './key-world.ts';
import { approvalOf, approveAs, CEILING, drive, makeWallet, must, pay, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});
afterEach(() => fairWeather(world));

const freeze = async ({ wallet }: TestWallet) =>
  must(await freezeWallet(world.deps, { walletId: wallet.id, reason: 'test', actor: 'test' }));
const propose = async ({ wallet }: TestWallet) => {
  const policyText = (await inForce(world, wallet.id)).text;
  return must(await proposePolicy(world.deps, { walletId: wallet.id, policyText, actor: 'test' })).approval;
};

describe('consent', () => {
  test('ATTACK 178: a payment of a frozen wallet cannot be approved; a policy and a change of keys can', async () => {
    const of = await makeWallet(world);
    const request = await pay(world, of, CEILING, 'large');
    const payment = await approvalOf(world, request.id);
    const prepared = must(await prepareApproval(world.deps, { approvalId: payment.id, actor: 'test' }));
    await freeze(of);
    const messageSignatures = prepared.attempts.map(({ message }) => of.owner.sign(message));
    const consent = { approvalId: payment.id, statementSignature: null, newOwnerSignature: null, messageSignatures };
    expect(await approve(world.deps, consent)).toMatchObject({ error: { code: 'wallet_not_active', state: 'frozen' } });
    must(await approveAs(world.deps, (await propose(of)).id, of.owner));
    await drive(world.deps);
    expect(await expectInStep(world, of.wallet.id)).toMatchObject({ state: 'frozen', policyRevision: 2 });
    expect(world.chain.balance(of.merchant)).toBe(0n);
  });

  test('INVARIANT I8: while the keys of a wallet change, nothing else of it can be approved', async () => {
    const of = await makeWallet(world);
    const request = await pay(world, of, CEILING, 'large');
    const payment = await approvalOf(world, request.id);
    const paying = must(await prepareApproval(world.deps, { approvalId: payment.id, actor: 'test' }));
    const revocation = must(await proposeRevocation(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    const revoking = must(await prepareApproval(world.deps, { approvalId: revocation.id, actor: 'test' }));
    const rotation = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
    world.chain.setLanding('held');
    must(await approveAs(world.deps, rotation.id, of.owner));
    for (const { approval, statement, attempts } of [paying, revoking])
      expect(
        await approve(world.deps, {
          approvalId: approval.id,
          statementSignature: statement === null ? null : of.owner.sign(new TextEncoder().encode(statement)),
          newOwnerSignature: null,
          messageSignatures: attempts.map(({ message }) => of.owner.sign(message)),
        }),
      ).toMatchObject({ error: { code: 'rotation_under_way', approval: rotation.id } });
    expect(await prepareApproval(world.deps, { approvalId: revocation.id, actor: 'test' })).toMatchObject({
      error: { code: 'rotation_under_way' },
    });
    await freeze(of);
    const unfreeze = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    expect(await approveAs(world.deps, unfreeze.id, of.owner)).toMatchObject({ error: { code: 'rotation_under_way' } });
  });

  test('INVARIANT I8: a revocation and a policy that is being carried out do not meet', async () => {
    const of = await makeWallet(world);
    const revocation = must(await proposeRevocation(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    const policy = await propose(of);
    world.chain.setLanding('held');
    must(await approveAs(world.deps, policy.id, of.owner));
    expect(await approveAs(world.deps, revocation.id, of.owner)).toMatchObject({
      error: { code: 'rotation_under_way', approval: policy.id },
    });
    fairWeather(world);
    world.chain.produceBlock(world.chain.pending());
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
    must(await approveAs(world.deps, revocation.id, of.owner));
  });

  test('ATTACK 184: the same consent six times at once has its effect once', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    const { statement, attempts } = must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' }));
    const consent = {
      approvalId: id,
      statementSignature: of.owner.sign(new TextEncoder().encode(statement ?? '')),
      newOwnerSignature: null,
      messageSignatures: attempts.map(({ message }) => of.owner.sign(message)),
    };
    const given = await Promise.all(Array.from({ length: 6 }, () => approve(world.deps, consent)));
    expect(given.filter(({ ok }) => ok).length).toBe(1);
    await drive(world.deps);
    expect((await expectInStep(world, of.wallet.id)).policyRevision).toBe(2);
  });

  test('statements are good bare and in every accepted wrapper, of the old owner and of the new one', async () => {
    for (let index = 0; index < acceptedEncodings('x').length; index += 1) {
      const [of, next] = [await makeWallet(world), createTestKey()];
      const input = { walletId: of.wallet.id, owner: next.address, consentOf: 'owner', actor: 'test' } as const;
      const { id } = must(await proposeOwnerReplacement(world.deps, input));
      const { statement, attempts } = must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' }));
      const encoded = acceptedEncodings(statement ?? '').at(index) ?? new Uint8Array();
      must(
        await approve(world.deps, {
          approvalId: id,
          statementSignature: of.owner.sign(encoded),
          newOwnerSignature: next.sign(encoded),
          messageSignatures: attempts.map(({ message }) => of.owner.sign(message)),
        }),
      );
      await drive(world.deps);
      expect((await expectInStep(world, of.wallet.id)).owner).toBe(next.address);
    }
  });
});
