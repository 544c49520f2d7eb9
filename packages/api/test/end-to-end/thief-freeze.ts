import { NATIVE_ASSET } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { consentTo, countersign, must, until } from './stack.ts';
import { answerOf, landAll, proposalBytes, type Stage, signSpend, spendBytes, type Victim } from './thief-stage.ts';

/** A stopped wallet stays stopped, whoever asks and whatever they kept from before. */
export function freezeAttacks(stage: () => Stage, victim: () => Victim, other: () => Victim): void {
  const orderOf = ({ statement }: PreparedView, signer: Victim['owner']) => {
    if (statement === null) throw new Error('an unfreeze has a statement');
    return { walletId: victim().walletId, statement, ownerSignature: signer.sign(new TextEncoder().encode(statement)) };
  };

  test('INVARIANT I7: frozen while an approval waits: nobody pays, approves or unfreezes without the owner; an old statement does nothing', async () => {
    const { stack, keys } = stage();
    const { agent, ownerClient, owner, merchant, id, walletId, vault } = victim();
    const before = await stage().balance(vault);
    const large = must(await agent.pay(id, { asset: 'SOL', amount: '60000000', recipient: merchant }, stage().key())).transaction;
    const signedEarly = must(await ownerClient.prepareApproval(large.approval ?? ''));
    const early = await proposalBytes(stage(), victim(), 60_000_000n);

    must(await agent.freeze(id, { reason: 'a thief is here' }));
    const small = { asset: 'SOL', amount: '1000', recipient: merchant };
    expect(await agent.pay(id, small, stage().key())).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
    expect(must(await agent.dryRun(id, small)).violations).toMatchObject([{ rule: 'wallet-active', outcome: 'denied' }]);
    expect((await ownerClient.approve(large.approval ?? '', consentTo(signedEarly, owner))).ok).toBe(false);
    expect((await countersign(ownerClient, large.approval ?? '', owner)).ok).toBe(false);
    // Past the API the signer is stopped as well, with the owner's signature too.
    expect(await answerOf(keys.signWithAgentKey({ walletId, message: await spendBytes(stage(), victim(), 1n), kind: 'spend' }))).toBe(
      'suspended',
    );
    expect(await answerOf(keys.signWithAgentKey({ walletId, message: early, kind: 'with_owner', ownerSignature: owner.sign(early) }))).toBe(
      'suspended',
    );

    expect(await agent.requestUnfreeze(id)).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    const unfreeze = must(await stack.operator.requestUnfreeze(id));
    const prepared = must(await stack.operator.prepareApproval(unfreeze.id));
    for (const pretender of [createTestKey(), other().owner])
      expect(await stack.operator.approve(unfreeze.id, consentTo(prepared, pretender))).toMatchObject({
        ok: false,
        error: { code: 'owner_signature_invalid' },
      });
    expect((await stack.operator.approve(unfreeze.id, { statementSignature: null, messageSignatures: [] })).ok).toBe(false);
    expect(await answerOf(keys.resumeAgentKey(orderOf(prepared, createTestKey())))).toBe('bad_owner_signature');
    const forOther = (prepared.statement ?? '').replace(victim().addresses.multisig, other().addresses.multisig);
    const crossed = { walletId, statement: forOther, ownerSignature: owner.sign(new TextEncoder().encode(forOther)) };
    expect(await answerOf(keys.resumeAgentKey(crossed))).toBe('wrong_wallet');
    expect(must(await agent.getWallet(id)).state).toBe('frozen');

    must(await stack.operator.approve(unfreeze.id, consentTo(prepared, owner)));
    expect(must(await agent.getWallet(id)).state).toBe('active');
    must(await stack.operator.freeze(id));
    expect(await answerOf(keys.resumeAgentKey(orderOf(prepared, owner)))).toBe('bad_statement');
    const second = must(await stack.operator.requestUnfreeze(id));
    const fresh = must(await stack.operator.prepareApproval(second.id));
    expect(await stack.operator.approve(second.id, consentTo(prepared, owner))).toMatchObject({
      ok: false,
      error: { code: 'owner_signature_invalid' },
    });
    expect(await stage().balance(vault)).toBe(before);
    must(await stack.operator.approve(second.id, consentTo(fresh, owner)));
    must(await agent.cancelTransaction(id, large.id));
  });

  test('INVARIANT I7: twenty payments race with a freeze: nothing is signed after it was answered, and what was signed is all that leaves', async () => {
    const { stack } = stage();
    const { agent, merchant, id, vault, owner } = victim();
    const before = await stage().balance(vault);
    const payment = { asset: 'SOL', amount: '1000000', recipient: merchant };
    const paying = Array.from({ length: 20 }, () => agent.pay(id, payment, stage().key()));
    await Promise.race(paying);
    must(await stack.operator.freeze(id));
    const signedThen = must(await agent.listTransactions(id, { limit: '100' })).items.filter(({ signature }) => signature !== null);
    await Promise.all(paying);
    const signedLater = must(await agent.listTransactions(id, { limit: '100' })).items.filter(({ signature }) => signature !== null);
    expect(signedLater.map(({ id: each }) => each).toSorted()).toEqual(signedThen.map(({ id: each }) => each).toSorted());
    const unfreeze = must(await stack.operator.requestUnfreeze(id));
    // Long enough for what was signed to land.
    await until('what was signed has ended', async () =>
      must(await agent.listTransactions(id, { limit: '100' })).items.every(
        ({ signature, state }) => signature === null || ['finalized', 'expired', 'failed'].includes(state),
      ),
    );
    const landed = must(await agent.listTransactions(id, { limit: '100' })).items.filter(
      ({ state, amount }) => state === 'finalized' && amount === payment.amount,
    );
    expect(landed.length).toBeGreaterThan(0);
    expect(before - (await stage().balance(vault))).toBe(BigInt(landed.length) * 1_000_000n);
    must(await countersign(stack.operator, unfreeze.id, owner));
  });

  test('INVARIANT I7: a message signed before the freeze is the last thing that lands', async () => {
    const { stack, keys } = stage();
    const { walletId, vault, id } = victim();
    const before = await stage().balance(vault);
    const signed = await signSpend(stage(), victim(), await spendBytes(stage(), victim(), 5_000n, { asset: NATIVE_ASSET }));
    if (signed === null) throw new Error('it is inside the bounds');
    must(await stack.operator.freeze(id));
    expect(await answerOf(keys.signWithAgentKey({ walletId, message: signed.message, kind: 'spend' }))).toBe('suspended');
    expect(await landAll(stage(), [signed])).toEqual([null]);
    expect(before - (await stage().balance(vault))).toBe(5_000n);
    expect(await answerOf(keys.signWithAgentKey({ walletId, message: await spendBytes(stage(), victim(), 1n), kind: 'spend' }))).toBe(
      'suspended',
    );
  });
}
