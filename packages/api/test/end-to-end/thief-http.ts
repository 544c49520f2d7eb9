import { address, encodeBase58 } from '@countersign/core';
import { asPaymentDenied, type CountersignClient } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { vetoOf } from './owner-says.ts';
import { consentTo, countersign, must, policyFor, SOL, until, untilState } from './stack.ts';
import type { Stage, Victim } from './thief-stage.ts';
import { lookAlikeOf } from './thief-tokens.ts';

const NO = { ok: false } as const;
const refusal = (code: string) => ({ ...NO, error: { code } });
const pay = (amount: bigint | number, recipient: string) => ({ asset: 'SOL', amount: String(amount), recipient });

/** Agent, operator and stranger over HTTP. */
export function httpAttacks(stage: () => Stage, victim: () => Victim, other: () => Victim): void {
  /** A payment of 60,000,000 lamports that waits for the owner. */
  const waiting = async (on: Victim, recipient = on.merchant) => {
    const { transaction } = must(await on.agent.pay(on.id, pay(60_000_000, recipient), stage().key()));
    expect(transaction.state).toBe('awaiting_owner');
    return { id: transaction.id, approval: transaction.approval ?? '' };
  };

  test("INVARIANT I6: the owner's signatures are good for nothing but the bytes that were prepared last for this approval", async () => {
    const { ownerClient, agent, owner, id, vault } = victim();
    const before = await stage().balance(vault);
    const [one, two] = [await waiting(victim()), await waiting(victim(), createTestKey().address)];
    const theirs = await waiting(other());
    const prepared = must(await ownerClient.prepareApproval(one.approval));
    const consent = consentTo(prepared, owner);
    // On another approval of the wallet, before and after that one was prepared; on another wallet's, through each door.
    expect(await ownerClient.approve(two.approval, consent)).toMatchObject(refusal('approval_not_prepared'));
    must(await ownerClient.prepareApproval(two.approval));
    expect(await ownerClient.approve(two.approval, consent)).toMatchObject(refusal('owner_signature_invalid'));
    must(await other().ownerClient.prepareApproval(theirs.approval));
    expect(await other().ownerClient.approve(theirs.approval, consent)).toMatchObject(refusal('owner_signature_invalid'));
    expect(await ownerClient.approve(theirs.approval, consent)).toMatchObject(refusal('not_found'));
    // After fresh bytes were prepared.
    const fresh = must(await ownerClient.prepareApproval(one.approval));
    expect(fresh.messages).not.toEqual(prepared.messages);
    expect(await ownerClient.approve(one.approval, consent)).toMatchObject(refusal('owner_signature_invalid'));
    // Over tampered bytes; by the operator, by the other owner, by nobody; with a statement that there is none of; twice over.
    const tampered = Buffer.from(fresh.messages[0] ?? '', 'base64');
    tampered.writeUInt8(tampered.readUInt8(tampered.length - 2) ^ 1, tampered.length - 2);
    const right = consentTo(fresh, owner);
    const bad = [
      { statementSignature: null, messageSignatures: [encodeBase58(owner.sign(tampered))] },
      consentTo(fresh, createTestKey()),
      consentTo(fresh, other().owner),
      { statementSignature: null, messageSignatures: [] },
      { statementSignature: null, messageSignatures: [encodeBase58(new Uint8Array(64).fill(1))] },
      { ...right, statementSignature: right.messageSignatures[0] ?? null },
      { ...right, messageSignatures: [...right.messageSignatures, ...right.messageSignatures] },
    ];
    for (const each of bad)
      expect(await stage().stack.operator.approve(one.approval, each)).toMatchObject(refusal('owner_signature_invalid'));
    expect(await stage().balance(vault)).toBe(before);
    for (const each of [one, two]) must(await agent.cancelTransaction(id, each.id));
    must(await other().agent.cancelTransaction(other().id, theirs.id));
    expect((await ownerClient.approve(one.approval, right)).ok).toBe(false);
    expect(await stage().balance(vault)).toBe(before);
  });

  test('INVARIANT I3, I6: ten approvals at once with the right signature pay once, and the signature is used up', async () => {
    const { ownerClient, owner, vault } = victim();
    const before = await stage().balance(vault);
    const asked = await waiting(victim());
    const consent = consentTo(must(await ownerClient.prepareApproval(asked.approval)), owner);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_each, index) =>
        (index % 2 === 0 ? ownerClient : stage().stack.operator).approve(asked.approval, consent),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    await untilState(victim(), asked.id, 'finalized');
    expect((await ownerClient.approve(asked.approval, consent)).ok).toBe(false);
    expect(before - (await stage().balance(vault))).toBe(60_000_000n);
  });

  test('INVARIANT I6: a signature from before the policy changed is refused, and the tighter policy is what holds', async () => {
    const { ownerClient, owner, merchant, vault, id, agent } = victim();
    const { operator } = stage().stack;
    const before = await stage().balance(vault);
    const stranger = createTestKey().address;
    const asked = await waiting(victim(), stranger);
    const consent = consentTo(must(await ownerClient.prepareApproval(asked.approval)), owner);
    const proposed = must(await operator.proposePolicy(id, { policy: policyFor(merchant, { otherRecipients: 'denied' }) }));
    // The operator alone installs nothing.
    const toSign = must(await operator.prepareApproval(proposed.approval.id));
    expect(await operator.approve(proposed.approval.id, consentTo(toSign, createTestKey()))).toMatchObject(
      refusal('owner_signature_invalid'),
    );
    must(await countersign(ownerClient, proposed.approval.id, owner));
    await until('the revision is active', async () => must(await agent.getWallet(id)).policyRevision === 2);
    expect((await ownerClient.approve(asked.approval, consent)).ok).toBe(false);
    expect((await countersign(ownerClient, asked.approval, owner)).ok).toBe(false);
    expect(await agent.pay(id, pay(1_000, stranger), stage().key())).toMatchObject(refusal('payment_denied'));
    expect(await stage().balance(vault)).toBe(before);
  });

  test('INVARIANT: the agent is not let in where the operator or the owner is; strangers nowhere; nobody at another wallet', async () => {
    const { agent, ownerClient, id } = victim();
    const { operator, client } = stage().stack;
    const asked = await waiting(victim());
    const theirs = await waiting(other());
    const wish = { asset: 'SOL', amount: '1', recipient: other().merchant };
    const nothing = { statementSignature: null, messageSignatures: [] };
    const asAgent: readonly Promise<unknown>[] = [
      agent.createWallet({ name: 'mine', owner: createTestKey().address, policy: policyFor(victim().merchant) }),
      agent.proposePolicy(id, { policy: policyFor(victim().merchant) }),
      agent.requestUnfreeze(id),
      agent.prepareApproval(asked.approval),
      agent.approve(asked.approval, nothing),
      agent.reject(asked.approval),
      agent.createCredential({ role: 'operator', wallet: null, label: 'mine' }),
      agent.listCredentials(),
      operator.pay(id, wish, stage().key()),
      ownerClient.pay(id, wish, stage().key()),
      ownerClient.createCredential({ role: 'agent', wallet: id, label: 'mine' }),
      // A session reads; what it says besides its owner signs.
      ownerClient.reject(asked.approval),
      ownerClient.freeze(id),
      agent.getApproval(asked.approval),
      agent.getApproval(theirs.approval),
    ];
    for (const each of asAgent) expect(await each).toMatchObject(refusal('forbidden'));
    const elsewhere: readonly Promise<unknown>[] = [
      agent.pay(other().id, wish, stage().key()),
      agent.dryRun(other().id, wish),
      agent.getWallet(other().id),
      agent.freeze(other().id),
      agent.cancelTransaction(other().id, theirs.id),
      agent.cancelTransaction(id, theirs.id),
      agent.getTransaction(id, theirs.id),
      ownerClient.freeze(other().id),
      ownerClient.getApproval(theirs.approval),
      ownerClient.prepareApproval(theirs.approval),
      ownerClient.reject(theirs.approval, await vetoOf(stage(), victim(), theirs.id)),
    ];
    for (const each of elsewhere) expect(await each).toMatchObject(refusal('not_found'));
    const revoked = must(await operator.createCredential({ role: 'agent', wallet: id, label: 'stolen' }));
    must(await operator.revokeCredential(revoked.credential.id));
    const strangers: readonly CountersignClient[] = [client(revoked.secret), client('cs_agent_0000000000000000000000000000')];
    for (const stranger of strangers) {
      expect(await stranger.pay(id, wish, stage().key())).toMatchObject(refusal('unauthenticated'));
      expect(await stranger.freeze(id)).toMatchObject(refusal('unauthenticated'));
    }
    must(await agent.cancelTransaction(id, asked.id));
    must(await other().agent.cancelTransaction(other().id, theirs.id));
  });

  test('INVARIANT I5: look-alike, own and dead addresses are no recipients, not even with the owner', async () => {
    const { agent, merchant, id, addresses, limitOf } = victim();
    const lookAlike = lookAlikeOf(merchant, (one) => stage().chain.isWalletAddress(one));
    const denied = await agent.pay(id, pay(1_000, lookAlike), stage().key());
    if (denied.ok) throw new Error('a look-alike was paid');
    expect(asPaymentDenied(denied.error)?.violations).toMatchObject([{ rule: 'listed-recipients', outcome: 'denied' }]);
    const { vault, multisig, agent: key, feeAccount, createKey } = addresses;
    for (const own of [vault, multisig, key, feeAccount, createKey])
      expect(await agent.pay(id, pay(1_000, own), stage().key())).toMatchObject(refusal('recipient_is_own_wallet'));
    for (const dead of [limitOf('SOL'), other().addresses.vault, other().addresses.multisig])
      expect(await agent.pay(id, pay(1_000, dead), stage().key())).toMatchObject(refusal('recipient_off_curve'));
    // Programs whose address is a point of the curve: only the owner could, and the list says no.
    expect((await agent.pay(id, pay(1_000, address('11111111111111111111111111111111')), stage().key())).ok).toBe(false);
  });

  test('INVARIANT I5: a dry run and the real call object with the same words', async () => {
    const { agent, merchant, id } = victim();
    const cases = [
      pay(10_000_001, createTestKey().address),
      pay(1_000_000_001, merchant),
      pay(4n * SOL, createTestKey().address),
      { asset: createTestKey().address, amount: '1', recipient: merchant },
      pay(2n ** 64n - 1n, merchant),
    ];
    for (const each of cases) {
      const dry = await agent.dryRun(id, each);
      const real = await agent.pay(id, each, stage().key());
      if (!dry.ok) {
        expect(real).toMatchObject(refusal(dry.error.code));
        continue;
      }
      if (real.ok) {
        expect(real.value.transaction.decision.violations).toEqual(dry.value.violations);
        must(await agent.cancelTransaction(id, real.value.transaction.id));
      } else expect(asPaymentDenied(real.error)?.violations).toEqual(dry.value.violations);
    }
  });
}
