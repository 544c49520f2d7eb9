import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { consentTo, countersign, must, policyFor, until } from './stack.ts';
import { ask, merchantOf, messageOf, payment, rulesOf, signedBy, sql, untilLanded, untilQuiet, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import { answerOf, type Stage, spendBytes, type Victim } from './thief-stage.ts';
import { assign, LOADER } from './thief-steps.ts';
import { lookAlikeOf } from './thief-tokens.ts';

const PROBES = 4;
export const watchfulPolicy = (merchant: string): string =>
  policyFor(merchant, { otherRecipients: 'denied', denials: { seconds: 600, freezeAt: PROBES } });

/** A wallet whose policy stops it by itself. */
export function escalationAttacks(stage: () => Stage, watched: () => Victim, plain: () => Victim): void {
  const signer = async (of: Victim) =>
    answerOf(stage().keys.signWithAgentKey({ walletId: of.walletId, message: await spendBytes(stage(), of, 1_000n), kind: 'spend' }));
  const isFrozen = async (of: Victim): Promise<void> => {
    const { agent, id, merchant, vault } = of;
    const before = await stage().balance(vault);
    const wallet = must(await agent.getWallet(id));
    expect([wallet.state, await signer(of)]).toEqual(['frozen', 'suspended']);
    expect(wallet.frozenReason).toContain('FREEZE_AND_ALERT');
    const transfer = messageOf(of, [systemTransfer(of.addresses.vault, merchantOf(of), 1n)]);
    for (const url of [stage().stack.url, stage().replica.url])
      for (const body of [payment(1n, merchant), transfer]) {
        const said = await ask(stage(), of, body, { url });
        expect([verdictOf(said), rulesOf(said).includes('wallet-active')]).toEqual(['denied', true]);
      }
    expect(await stage().balance(vault)).toBe(before);
  };
  /** Agent, operator and stranger try, then the owner does it. */
  const unfreeze = async (of: Victim): Promise<void> => {
    const { agent, owner, id } = of;
    const { operator } = stage().stack;
    expect(await agent.requestUnfreeze(id)).toMatchObject({ ok: false, error: { code: 'forbidden' } });
    const approval = must(await operator.requestUnfreeze(id));
    const prepared = must(await operator.prepareApproval(approval.id));
    expect(await operator.approve(approval.id, consentTo(prepared, createTestKey()))).toMatchObject({
      ok: false,
      error: { code: 'owner_signature_invalid' },
    });
    expect(must(await agent.getWallet(id)).state).toBe('frozen');
    must(await operator.approve(approval.id, consentTo(prepared, owner)));
    expect(must(await agent.getWallet(id)).state).toBe('active');
  };

  test('INVARIANT I7: probing for limits, by payment and by message and through two processes, freezes the wallet and suspends the signer', async () => {
    const { agent, id, merchant } = watched();
    const thief = createTestKey().address;
    const waits = (await ask(stage(), watched(), payment(60_000_000n, merchant))).json;
    // Dry runs are no probes that count.
    for (let at = 0; at < 6; at += 1) await ask(stage(), watched(), payment(1n, thief), { dry: true });
    const probes = [
      payment(1n, thief),
      messageOf(watched(), [systemTransfer(watched().addresses.vault, thief, 1n)]),
      payment(1_000_000_001n, merchant),
      { message: Buffer.from('no message at all').toString('base64') },
    ];
    for (const [at, probe] of probes.entries()) {
      expect(must(await agent.getWallet(id)).state).toBe('active');
      const url = at % 2 ? stage().replica.url : stage().stack.url;
      expect(verdictOf(await ask(stage(), watched(), probe, { url }))).toBe('denied');
    }
    await isFrozen(watched());
    expect(must(await agent.getTransaction(id, waits.id ?? '')).state).toBe('awaiting_owner');
    expect((await watched().ownerClient.prepareApproval(waits.approval ?? '')).ok).toBe(false);
    const actions = await sql(stage(), "SELECT action FROM audit_entries WHERE chain = $1 AND action = 'wallet.frozen'", [id]);
    expect(actions).toHaveLength(1);
    await unfreeze(watched());
    // Until the probes are past the owner signs each payment.
    const asked = await ask(stage(), watched(), payment(1_000n, merchant));
    expect([verdictOf(asked), rulesOf(asked)]).toEqual(['needs_owner', ['repeated-denials']]);
    must(await countersign(watched().ownerClient, asked.json.approval ?? '', watched().owner));
    await untilLanded(watched(), asked.json.id ?? '');
  });

  test('INVARIANT I7: what no honest agent does freezes at the first time, with twenty payments racing it', async () => {
    const { vault } = plain().addresses;
    const { merchant } = plain();
    const like = lookAlikeOf(merchant, (one) => stage().chain.isWalletAddress(one));
    for (const body of [payment(1n, like), messageOf(plain(), [assign(vault, LOADER)])]) {
      const before = await stage().balance(vault);
      const race = Array.from({ length: 20 }, (_each, at) =>
        ask(stage(), plain(), payment(1_000n, merchant), { url: at % 2 ? stage().replica.url : stage().stack.url }),
      );
      const bad = await ask(stage(), plain(), body);
      expect(verdictOf(bad), bad.text).toBe('denied');
      const signedThen = await signedBy(stage(), plain());
      const answers = await Promise.all(race);
      expect(await signedBy(stage(), plain())).toBe(signedThen);
      // What was sent before the freeze lands; what was signed and not sent, or not signed, does not move.
      const ids = new Set(answers.map(({ json }) => json.id));
      const states = async (): Promise<readonly string[]> =>
        must(await plain().agent.listTransactions(plain().id, { limit: '100' })).items.flatMap(({ id, state }) =>
          ids.has(id) ? [state] : [],
        );
      await until('what was sent has landed', async () => !(await states()).some((state) => state === 'submitted' || state === 'unknown'));
      const landed = (await states()).filter((state) => state === 'confirmed' || state === 'finalized').length;
      expect(before - (await stage().balance(vault))).toBe(BigInt(landed) * 1_000n);
      await isFrozen(plain());
      await unfreeze(plain());
      // What was decided before the freeze and did not go may go now.
      await untilQuiet(plain());
    }
  });
}
