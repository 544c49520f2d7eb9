import { type Address, address } from '@countersign/core';
import { expect, test } from 'vitest';
import { countersign, must, policyFor, untilState } from './stack.ts';
import { amountIn, ask, confirmed, merchantOf, messageOf, payment, rulesOf, setAccount, verdictOf } from './thief-ask.ts';
import { systemTransfer } from './thief-bytes.ts';
import { assetRule, type Stage, type Victim } from './thief-stage.ts';
import { TOKEN, tokenAccountData, tokens, WRAPPED } from './thief-steps.ts';
import { tokenAccountOf } from './thief-tokens.ts';

const CEILING = 100_000_000n;
const WINDOW = 150_000_000n;
const RESERVE = 2_039_280n;
/** What may leave at all, with the owner who signs whatever is asked. */
export const ceilingPolicy = (merchant: string): string =>
  policyFor(merchant, {
    assets: [
      assetRule('SOL', { autonomous: 10_000_000n, ceiling: CEILING }, [{ seconds: 86_400, autonomous: 20_000_000n, ceiling: WINDOW }]),
    ],
    otherRecipients: 'denied',
  });

/** SOL and wrapped SOL are one asset, however it is moved. */
export function wrappedAttacks(stage: () => Stage, victim: () => Victim): void {
  test('INVARIANT I4: wrapped SOL leaves within the budget of SOL: with an owner who signs everything, exactly the ceiling', async () => {
    const { vault } = victim().addresses;
    const merchant = merchantOf(victim());
    const [ours, there] = await Promise.all([tokenAccountOf(vault, WRAPPED), tokenAccountOf(merchant, WRAPPED)]);
    // The mint of wrapped SOL, as every cluster has it: no authority, 9 decimals.
    const native = Uint8Array.from([...new Uint8Array(44), 9, 1, ...new Uint8Array(36)]);
    await setAccount(stage(), WRAPPED, { owner: TOKEN, data: native });
    const own = tokenAccountData(WRAPPED, vault, 1_000_000_000n);
    await setAccount(stage(), ours, { owner: TOKEN, data: own, lamports: 1_000_000_000n + RESERVE });
    await setAccount(stage(), there, { owner: TOKEN, data: tokenAccountData(WRAPPED, merchant, 0n), lamports: RESERVE });
    await confirmed(stage());
    const worth = async (): Promise<bigint> => (await stage().balance(vault)) + (await stage().balance(ours));
    const before = await worth();
    const message = (...steps: Parameters<typeof messageOf>[1]) => messageOf(victim(), steps);
    const send = (amount: bigint) => tokens.transferChecked(ours, WRAPPED, there, vault, amount, 9);
    const wrap = (amount: bigint) => [systemTransfer(vault, ours, amount), tokens.sync(ours)];

    // Never alone, in whichever form, though as SOL it would be.
    for (const each of [
      message(send(1n)),
      message(tokens.transfer(ours, there, vault, 1n)),
      message(tokens.unwrap(ours, merchant, vault, 1n)),
    ])
      expect(verdictOf(await ask(stage(), victim(), each, { dry: true }))).toMatch(/needs_owner|denied/);
    expect(verdictOf(await ask(stage(), victim(), payment(1n, merchant, WRAPPED), { dry: true }))).toMatch(/needs_owner|denied|refused/);
    for (const each of [message(send(CEILING + 1n)), message(tokens.unwrap(ours, merchant, vault, CEILING + 1n))])
      expect(verdictOf(await ask(stage(), victim(), each, { dry: true }))).toBe('denied');
    // Wrapped for somebody else: where the vault's own account of it has another owner by now.
    await setAccount(stage(), ours, { owner: TOKEN, data: tokenAccountData(WRAPPED, merchant, 0n), lamports: RESERVE });
    await confirmed(stage());
    expect(rulesOf(await ask(stage(), victim(), message(...wrap(CEILING + 1n)), { dry: true }))).toContain('amount-per-transaction');
    await setAccount(stage(), ours, { owner: TOKEN, data: own, lamports: 1_000_000_000n + RESERVE });
    await confirmed(stage());
    // In one message: a half of each form.
    const split = message(send(CEILING / 2n), systemTransfer(vault, merchant, CEILING / 2n + 1n));
    expect(rulesOf(await ask(stage(), victim(), split, { dry: true }))).toContain('amount-per-transaction');

    const signed = async (body: object): Promise<void> => {
      const said = await ask(stage(), victim(), body);
      expect(verdictOf(said), said.text).toBe('needs_owner');
      must(await countersign(victim().ownerClient, said.json.approval ?? '', victim().owner));
      await untilState(victim(), said.json.id ?? '', 'finalized');
    };
    await signed(message(...wrap(40_000_000n), send(CEILING)));
    expect(before - (await worth())).toBe(CEILING);
    const left = WINDOW - CEILING;
    const over: readonly object[] = [
      message(send(left + 1n)),
      message(...wrap(left + 1n), send(left + 1n)),
      message(tokens.unwrap(ours, merchant, vault, left + 1n)),
      message(tokens.approve(ours, merchant, vault, left + 1n)),
      message(send(left), systemTransfer(vault, merchant, 1n)),
      payment(left + 1n, merchant),
    ];
    for (const each of over) {
      const said = await ask(stage(), victim(), each);
      expect(verdictOf(said), said.text).toBe('denied');
      expect(rulesOf(said)).toContain('amount-per-window');
    }
    // Wrapping and unwrapping for oneself costs no budget.
    await signed(message(...wrap(500_000_000n)));
    await signed(payment(left, merchant));
    for (const each of [payment(1n, merchant), message(send(1n)), message(tokens.approve(ours, merchant, vault, 1n))])
      expect(verdictOf(await ask(stage(), victim(), each, { dry: true }))).toBe('denied');
    expect(before - (await worth())).toBe(WINDOW);
    expect(await amountIn(stage(), there)).toBe(CEILING);
  });

  test('INVARIANT I5: a policy cannot list wrapped SOL beside SOL', async () => {
    const policy = policyFor(victim().merchant, {
      assets: [assetRule(address(WRAPPED) satisfies Address, { autonomous: 1n }, [{ seconds: 86_400, autonomous: 1n }])],
    });
    const proposed = await stage().stack.operator.proposePolicy(victim().id, { policy });
    expect(proposed.ok).toBe(false);
  });
}
