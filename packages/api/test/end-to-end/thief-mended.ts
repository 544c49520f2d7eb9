import { address } from '@countersign/core';
import { expect, test } from 'vitest';
import { consentTo, must } from './stack.ts';
import { compile } from './thief-bytes.ts';
import type { TokenScene } from './thief-spl.ts';
import { answerOf, landAll, type Stage, type Victim } from './thief-stage.ts';
import { createAccountAt, makePayer, takeRent } from './thief-tokens.ts';

/** Attacks that once worked: rent from the fee account, a kept unfreeze statement; and a payment that was denied where it had to wait. */
export function mendedAttacks(stage: () => Stage, victim: () => Victim, scene: () => TokenScene): void {
  test("INVARIANT I5: a hostile API cannot make the fee account pay for the thief's token account", async () => {
    const { addresses, walletId } = victim();
    const { feeAccount } = addresses;
    const thief = await makePayer(stage().stack);
    const before = await stage().balance(feeAccount);
    const { value } = (await stage().stack.rpc('getLatestBlockhash', [])) as { readonly value: { readonly blockhash: string } };
    const create = await createAccountAt(feeAccount, address(thief.address), scene().classic.mint);
    const message = compile(feeAccount, [create], value.blockhash);
    const signed = await stage().keys.signWithFeeKey({ walletId, message });
    if (signed.ok) {
      await landAll(stage(), [{ message, signatures: signed.value }]);
      await takeRent(stage().stack, thief, scene().classic.mint);
    }
    expect(await stage().balance(feeAccount)).toBe(before);
  });

  test('INVARIANT I7: an unfreeze statement that the owner signed and nobody used opens nothing after the next freeze', async () => {
    const { stack, keys } = stage();
    const { id, walletId, owner } = victim();
    must(await stack.operator.freeze(id));
    const approval = must(await stack.operator.requestUnfreeze(id));
    const kept = must(await stack.operator.prepareApproval(approval.id)).statement ?? '';
    const ownerSignature = owner.sign(new TextEncoder().encode(kept));
    const used = must(await stack.operator.prepareApproval(approval.id));
    must(await stack.operator.approve(approval.id, consentTo(used, owner)));
    // A statement tells when it was made to a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    must(await stack.operator.freeze(id));
    expect(await answerOf(keys.resumeAgentKey({ walletId, statement: kept, ownerSignature }))).toBe('bad_statement');
  });

  test('a payment over a used-up window waits for the owner also when the limit on chain is used up', async () => {
    // The token attacks left nothing of this window, here and on chain.
    const { classic, rich } = scene();
    const { agent, id, merchant } = rich;
    const { violations, verdict } = must(await agent.dryRun(id, { asset: classic.mint, amount: '1', recipient: merchant }));
    expect({ verdict, rules: violations.map(({ rule }) => rule) }).toEqual({ verdict: 'needs_owner', rules: ['amount-per-window'] });
  });
}
