import { type Address, encodeBase58 } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { must, policyFor } from './stack.ts';
import {
  amountIn,
  ask,
  asMessage,
  confirmed,
  merchantOf,
  messageOf,
  payment,
  rulesOf,
  type Said,
  setAccount,
  signedBy,
  thaw,
  untilLanded,
  untilQuiet,
  verdictOf,
} from './thief-ask.ts';
import { advanceNonce, type Step, systemTransfer, unitPrice } from './thief-bytes.ts';
import { compileAs, type Shape } from './thief-compile.ts';
import { assetRule, type Stage, type Victim } from './thief-stage.ts';
import {
  allocate,
  assign,
  chameleon,
  checkSignature,
  LOADER,
  memo,
  SYSTEM,
  squads,
  step,
  TOKEN,
  tokenAccountData,
  tokens,
  unitLimit,
} from './thief-steps.ts';
import { createAccountAt, lookAlikeOf, type TestMint, tokenAccountOf } from './thief-tokens.ts';

const CAP = 30_000_000n;
/** One window, which is used up once and stays so; nothing is for the owner. */
export const fullPolicy = (merchant: string): string =>
  policyFor(merchant, {
    assets: [assetRule('SOL', { autonomous: 10_000_000n }, [{ seconds: 86_400, autonomous: CAP }])],
    otherRecipients: 'denied',
  });
const NONCE: Address = createTestKey().address;
const GREEDY_PRICE = 10n ** 9n;

/** A message that an agent made itself is paid, waits, or is refused, and never does more than a payment could. */
export function messageAttacks(
  stage: () => Stage,
  full: () => Victim,
  victim: () => Victim,
  mint: () => TestMint,
  program: () => Address,
): void {
  test('INVARIANT I4: transfers in messages of every shape and payments at once share one window: exactly the cap leaves', async () => {
    const { vault } = full().addresses;
    const before = await stage().balance(vault);
    const transfer = (amount: bigint) => systemTransfer(vault, merchantOf(full()), amount);
    const { value } = (await stage().stack.rpc('getLatestBlockhash', [])) as { readonly value: { readonly blockhash: string } };
    const shapes: readonly ((amount: bigint) => object)[] = [
      (amount) => payment(amount, full().merchant),
      (amount) => messageOf(full(), [transfer(amount)], { version: 'legacy' }),
      (amount) => messageOf(full(), [memo('thanks'), transfer(amount)], { version: 0, blockhash: value.blockhash }),
      (amount) => messageOf(full(), [unitLimit(1_400_000), unitPrice(1n), transfer(amount), memo('for nothing')]),
      (amount) => messageOf(full(), [transfer(amount)], { version: 1, priorityFeeLamports: 7n }),
    ];
    const tooMuch = await Promise.all(shapes.map((shape) => ask(stage(), full(), shape(10_000_001n))));
    expect(tooMuch.map(verdictOf)).toEqual(shapes.map(() => 'denied'));
    const burst = await Promise.all(
      Array.from({ length: 25 }, (_each, index) => ask(stage(), full(), (shapes[index % 5] ?? transfer)(2_800_000n))),
    );
    expect(burst.filter((said) => verdictOf(said) === 'allowed')).toHaveLength(10);
    expect(new Set(burst.filter(({ status }) => status === 202).map(({ json }) => json.route))).toEqual(new Set(['autonomous']));
    const late: Said[] = [];
    for (const shape of shapes) late.push(await ask(stage(), full(), shape(2_000_001n)));
    const last = await ask(stage(), full(), (shapes[1] ?? transfer)(2_000_000n));
    for (const shape of shapes) late.push(await ask(stage(), full(), shape(1n)));
    expect(late.map(verdictOf)).toEqual(late.map(() => 'denied'));
    for (const each of late) expect(rulesOf(each), each.text).toContain('amount-per-window');
    expect(verdictOf(last)).toBe('allowed');
    await untilQuiet(full());
    expect(before - (await stage().balance(vault))).toBe(CAP);
  });

  test('INVARIANT I4: tokens sent by messages count in the same windows, the rent of the account is capped, and the vault pays none of it', async () => {
    const { vault, feeAccount } = victim().addresses;
    const { agent, id } = victim();
    const to = merchantOf(victim());
    const [from, there] = await Promise.all([tokenAccountOf(vault, mint().mint), tokenAccountOf(to, mint().mint)]);
    const [lamports, held] = [await stage().balance(vault), (await amountIn(stage(), from)) ?? 0n];
    const create = await createAccountAt(vault, to, mint().mint);
    const checked = (amount: bigint) => tokens.transferChecked(from, mint().mint, there, vault, amount, 6);
    const paid = [
      await ask(stage(), victim(), messageOf(victim(), [create, checked(400_000n), memo('one')])),
      await ask(stage(), victim(), messageOf(victim(), [checked(600_000n)], { version: 1 })),
      await ask(stage(), victim(), payment(500_000n, to, mint().mint)),
      await ask(stage(), victim(), messageOf(victim(), [tokens.batch([checked(499_999n)])], { version: 'legacy' })),
    ];
    expect(paid.map(verdictOf)).toEqual(['allowed', 'allowed', 'allowed', 'allowed']);
    for (const { json } of paid) await untilLanded(victim(), json.id ?? '');
    // One base unit of 2,000,000 is left.
    for (const each of [messageOf(victim(), [tokens.transfer(from, there, vault, 2n)]), payment(2n, to, mint().mint)])
      expect(verdictOf(await ask(stage(), victim(), each, { dry: true }))).toBe('needs_owner');
    expect(verdictOf(await ask(stage(), victim(), messageOf(victim(), [checked(1n)]), { dry: true }))).toBe('allowed');
    expect(held - ((await amountIn(stage(), from)) ?? 0n)).toBe(1_999_999n);
    expect(await amountIn(stage(), there)).toBe(1_999_999n);
    expect(await stage().balance(vault)).toBe(lamports);
    // Rent that goes to somebody else's account is nobody's payment.
    const stranger = await createAccountAt(vault, createTestKey().address, mint().mint);
    for (const steps of [[stranger, checked(1n)], [stranger], [await createAccountAt(feeAccount, to, mint().mint), checked(1n)]])
      expect(verdictOf(await ask(stage(), victim(), messageOf(victim(), steps), { dry: true }))).toBe('denied');
    expect(must(await agent.getWallet(id)).state).toBe('active');
  });

  test('INVARIANT I1, I5, I6: nothing else that a message can hold is ever signed by the agent alone, and what is not understood by nobody', async () => {
    const { agent, id, owner, addresses } = victim();
    const { vault, multisig, feeAccount } = addresses;
    const merchant = merchantOf(victim());
    const thief = createTestKey().address;
    const ours = await tokenAccountOf(vault, mint().mint);
    const theirs = await tokenAccountOf(thief, mint().mint);
    const reassigned = await tokenAccountOf(merchant, mint().mint);
    await setAccount(stage(), theirs, { owner: TOKEN, data: tokenAccountData(mint().mint, thief, 1n) });
    await setAccount(stage(), thief, { owner: SYSTEM, data: new Uint8Array() });
    const elsewhere = createTestKey().address;
    await setAccount(stage(), elsewhere, { owner: TOKEN, data: tokenAccountData(mint().mint, merchant, 0n) });
    await confirmed(stage());
    const good = systemTransfer(vault, merchant, 1_000n);
    const agentsCopy = systemTransfer(vault, merchant, 1_000n);
    const send = (to: Address, amount: bigint) => tokens.transferChecked(ours, mint().mint, to, vault, amount, 6);
    const message = (steps: readonly Step[], shape: Shape & { readonly payer?: Address } = {}) => messageOf(victim(), steps, shape);
    const bytes = compileAs(vault, [good]);
    const vaultSigns = [vault, 'ws'] as const;
    const limit = victim().limitOf('SOL');
    const proposal = createTestKey().address;

    const denied: readonly (readonly [string, object])[] = [
      ['paid by the agent key', message([good], { payer: addresses.agent })],
      ['paid by the fee account', message([good], { payer: feeAccount })],
      ['paid by a stranger', message([good], { payer: thief })],
      ['paid by the owner', message([good], { payer: owner.address })],
      ['signed by the agent key too', message([good], { signers: [addresses.agent] })],
      ['signed by a stranger too', message([good], { signers: [thief] })],
      ['a key that nothing uses', message([good], { unused: [thief] })],
      ['from the fee account', message([systemTransfer(feeAccount, thief, 1n)])],
      ['from the agent key', message([systemTransfer(addresses.agent, thief, 1n), good])],
      ['a durable nonce first', message([advanceNonce(NONCE, vault), good])],
      ['a durable nonce second', message([good, advanceNonce(NONCE, vault)])],
      ['a durable nonce of the fee account', message([advanceNonce(NONCE, feeAccount), good])],
      ["another network's blockhash", message([good], { blockhash: encodeBase58(new Uint8Array(32).fill(7)) })],
      ['a stale blockhash', message([good], { blockhash: stage().staleBlockhash })],
      ['a byte too many', asMessage(Uint8Array.of(...bytes, 0))],
      ['a byte too few', asMessage(bytes.slice(0, -1))],
      ['version 2', asMessage(Uint8Array.of(0x82, ...bytes.slice(1)))],
      ['version 127', asMessage(Uint8Array.of(0xff, ...bytes.slice(1)))],
      ['a whole transaction', asMessage(Uint8Array.of(1, ...new Uint8Array(64), ...bytes))],
      ['zeroes', asMessage(new Uint8Array(300))],
      ['nothing', message([])],
      ['only a compute budget', message([unitLimit(5)])],
      ['only a memo', message([memo('hello')])],
      ['a compute budget twice', message([unitPrice(1n), unitPrice(2n), good])],
      ['an unlisted program', message([chameleon(program(), 'RELAY', systemTransfer(vault, thief, 1n))])],
      ['an unlisted program beside a payment', message([good, chameleon(program(), 'NOTHING', null)])],
      [
        'a look-alike',
        message([
          systemTransfer(
            vault,
            lookAlikeOf(merchant, (one) => stage().chain.isWalletAddress(one)),
            1n,
          ),
        ]),
      ],
      ['more than there is', message([systemTransfer(vault, merchant, 2n ** 64n - 1n)])],
      ['a sum that overflows', message([systemTransfer(vault, merchant, 2n ** 64n - 1n), systemTransfer(vault, merchant, 2n)])],
      ['the vault given to a program', message([assign(vault, LOADER), good])],
      ['the vault given data', message([allocate(vault), good])],
      ['an account made by the vault', message([step(SYSTEM, [vaultSigns, [thief, 'ws']], new Uint8Array(52))])],
      ['a check of signatures', message([good, checkSignature()])],
      ['approval of a stranger', message([tokens.approve(ours, thief, vault, 1n)])],
      ['a new owner of tokens', message([tokens.setAuthority(ours, vault, 2, thief)])],
      ['a new close authority', message([tokens.setAuthority(ours, vault, 3, merchant)])],
      ['burned tokens', message([tokens.burn(ours, mint().mint, vault, 1n)])],
      ['an account closed to a stranger', message([tokens.close(ours, thief, vault)])],
      ['an account closed to the merchant', message([send(reassigned, 1n), tokens.close(ours, merchant, vault)])],
      ['a stranger hidden in a batch', message([tokens.batch([send(reassigned, 1n), tokens.approve(ours, thief, vault, 1n)])])],
      ['a batch in a batch', message([tokens.batch([tokens.batch([send(reassigned, 1n)])])])],
      [
        'a batch with bytes left over',
        message([{ ...tokens.batch([send(reassigned, 1n)]), data: Uint8Array.of(...tokens.batch([send(reassigned, 1n)]).data, 3) }]),
      ],
      ['wrong decimals', message([tokens.transferChecked(ours, mint().mint, reassigned, vault, 1n, 5)])],
      ["somebody else's tokens", message([tokens.transfer(theirs, ours, vault, 1n)])],
      ["somebody else's wrapped SOL", message([tokens.sync(theirs)])],
      ['a token instruction that nobody knows', message([step(TOKEN, [[ours, 'w'], vaultSigns], Uint8Array.of(200))])],
      [
        'approval of another proposal',
        message([squads('proposal_approve', [[multisig, '-'], vaultSigns, [proposal, 'w']], Uint8Array.of(0))]),
      ],
      [
        'execution of another proposal',
        message([squads('vault_transaction_execute', [[multisig, '-'], [proposal, 'w'], [NONCE, '-'], vaultSigns])]),
      ],
      [
        'removal of a limit',
        message([squads('multisig_remove_spending_limit', [[multisig, '-'], vaultSigns, [limit, 'w'], [thief, 'w']], Uint8Array.of(0))]),
      ],
      [
        'a change of the config authority',
        message([squads('multisig_set_config_authority', [[multisig, 'w'], vaultSigns], new Uint8Array(33))]),
      ],
      [
        'a removal signed by the owner',
        message([
          squads(
            'multisig_remove_spending_limit',
            [
              [multisig, '-'],
              [owner.address, 's'],
              [limit, 'w'],
              [thief, 'w'],
            ],
            Uint8Array.of(0),
          ),
        ]),
      ],
    ];
    const owners: readonly (readonly [string, object])[] = [
      ['two transfers', message([good, agentsCopy])],
      ['a second transfer, to a stranger', message([good, systemTransfer(vault, thief, 1n)])],
      ['a second transfer of nothing', message([good, systemTransfer(vault, thief, 0n)])],
      ['a transfer of nothing', message([systemTransfer(vault, merchant, 0n)])],
      ['a stranger', message([systemTransfer(vault, thief, 1n)])],
      ['itself', message([systemTransfer(vault, vault, 1n)])],
      ['SOL and tokens', message([good, send(reassigned, 1n)])],
      ['two memos', message([memo('a'), memo('b'), good])],
      ["the merchant's other account", message([send(elsewhere, 1n)])],
      ['approval of the merchant', message([tokens.approve(ours, merchant, vault, 1n)])],
    ];
    const [before, held, signed] = [await stage().balance(vault), await amountIn(stage(), ours), await signedBy(stage(), victim())];
    const found: (readonly [string, string])[] = [];
    for (const [what, body] of [...denied, ...owners]) {
      const dry = await ask(stage(), victim(), body, { dry: true });
      const real = await ask(stage(), victim(), body);
      found.push([what, verdictOf(dry) === verdictOf(real) ? verdictOf(real) : `${verdictOf(dry)}, then ${verdictOf(real)}`]);
      if (real.json.state === 'awaiting_owner') must(await agent.cancelTransaction(id, real.json.id ?? ''));
      await thaw(stage(), victim());
    }
    expect(found).toEqual([...denied.map(([what]) => [what, 'denied']), ...owners.map(([what]) => [what, 'needs_owner'])]);
    expect(await signedBy(stage(), victim())).toBe(signed);
    expect(await stage().balance(vault)).toBe(before);
    expect(await amountIn(stage(), ours)).toBe(held);
  });

  test('INVARIANT I5: the fee that a message asks for counts against the cap, though the service pays another one', async () => {
    const good = systemTransfer(victim().addresses.vault, merchantOf(victim()), 1_000n);
    const greedy = [
      messageOf(victim(), [unitLimit(1_400_000), unitPrice(GREEDY_PRICE), good]),
      messageOf(victim(), [good, memo('x')], { version: 1, priorityFeeLamports: 10n ** 9n }),
      messageOf(victim(), [unitLimit(1_400_000), unitPrice(GREEDY_PRICE), good, good]),
    ];
    const found = [];
    for (const each of greedy) found.push(await ask(stage(), victim(), each, { dry: true }));
    expect(found.map((said) => [verdictOf(said), rulesOf(said).includes('fee-cap')])).toEqual(greedy.map(() => ['denied', true]));
  });

  test('INVARIANT I5: a transfer to the wallet itself is refused before anything else', async () => {
    const { vault, multisig, agent } = victim().addresses;
    for (const to of [multisig, agent])
      for (const body of [payment(1n, to), messageOf(victim(), [systemTransfer(vault, to, 1n)])])
        expect(verdictOf(await ask(stage(), victim(), body))).toBe('refused recipient_is_own_wallet');
  });

  test("INVARIANT I5: the merchant's own token account that belongs to a thief by now is paid by nobody", async () => {
    const { vault } = victim().addresses;
    const [ours, there] = await Promise.all([tokenAccountOf(vault, mint().mint), tokenAccountOf(merchantOf(victim()), mint().mint)]);
    const thief = createTestKey().address;
    const held = await amountIn(stage(), ours);
    await setAccount(stage(), there, { owner: TOKEN, data: tokenAccountData(mint().mint, thief, 0n) });
    await confirmed(stage());
    for (const body of [messageOf(victim(), [tokens.transfer(ours, there, vault, 1n)]), payment(1n, victim().merchant, mint().mint)]) {
      const said = await ask(stage(), victim(), body);
      expect([said.status === 202, verdictOf(said)]).toEqual([false, said.status === 403 ? 'denied' : verdictOf(said)]);
      await thaw(stage(), victim());
    }
    await setAccount(stage(), there, { owner: TOKEN, data: tokenAccountData(mint().mint, merchantOf(victim()), 1n) });
    await confirmed(stage());
    expect(await amountIn(stage(), ours)).toBe(held);
  });
}
