import { type Address, tokenAsset } from '@countersign/core';
import { asPaymentDenied } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { expect, test } from 'vitest';
import { countersign, must, policyFor, until, untilState } from './stack.ts';
import { answerOf, assetRule, makeVictim, type Stage, spendBytes, type Victim } from './thief-stage.ts';
import { makeMint, type TestMint, tokensOf } from './thief-tokens.ts';

const RENT = 2_039_280n;

/** A policy over one mint whose accounts may cost `rent` lamports. */
export const tokenPolicy =
  (mint: Address, rent: string) =>
  (merchant: string): string =>
    policyFor(merchant, {
      assets: [
        assetRule(mint, { autonomous: 1_000_000n, ceiling: 5_000_000n }, [
          { seconds: 86_400, autonomous: 2_000_000n, ceiling: 9_000_000n },
        ]),
      ],
      fees: { perTransactionLamports: '100000', rentPerTransactionLamports: rent },
    });

/** What the token attacks need: mints of both programs, and wallets over the classic one with and without a rent cap. */
export interface TokenScene {
  readonly classic: TestMint;
  readonly newer: TestMint;
  readonly rich: Victim;
  readonly rentless: Victim;
}

export async function makeTokenScene(stage: Stage): Promise<TokenScene> {
  const [classic, newer] = await Promise.all([makeMint(stage.stack, 'token'), makeMint(stage.stack, 'token-2022')]);
  const make = async (rent: string): Promise<Victim> => {
    const victim = await makeVictim(stage, tokenPolicy(classic.mint, rent));
    await classic.give(victim.addresses.vault, 10_000_000n);
    return victim;
  };
  const [rich, rentless] = await Promise.all([make('10000000'), make('0')]);
  return { classic, newer, rich, rentless };
}

/** Tokens, and the rent of the accounts that they need. */
export function tokenAttacks(stage: () => Stage, scene: () => TokenScene): void {
  test('INVARIANT I4: a token payment makes the account once, counts its rent, and keeps the caps to the base unit', async () => {
    const { mint } = scene().classic;
    const victim = scene().rich;
    const { agent, id, merchant, vault, addresses, ownerClient, owner } = victim;
    const to = createTestKey().address;
    const lamports = await stage().balance(vault);
    const fees = await stage().balance(addresses.feeAccount);
    const pay = (amount: bigint, recipient: string = merchant) =>
      agent.pay(id, { asset: mint, amount: amount.toString(), recipient }, stage().key());
    const first = must(await pay(1_000_000n)).transaction;
    expect(first.route).toBe('autonomous');
    await untilState(victim, first.id, 'finalized');
    expect(await tokensOf(stage().stack, addresses.vault, mint)).toBe(9_000_000n);
    expect(fees - (await stage().balance(addresses.feeAccount))).toBe(RENT + 10_000n);
    expect(must(await agent.dryRun(id, { asset: mint, amount: '1000001', recipient: merchant })).verdict).toBe('needs_owner');
    expect(await pay(5_000_001n)).toMatchObject({ ok: false, error: { code: 'payment_denied' } });
    // Past the API: over the bound, with a stranger's account, and of another asset than the limit is for.
    const spend = async (message: Uint8Array) =>
      answerOf(stage().keys.signWithAgentKey({ walletId: victim.walletId, message, kind: 'spend' }));
    const asset = tokenAsset(mint);
    expect(await spend(await spendBytes(stage(), victim, 1_000_001n, { asset }))).toBe('over_transaction_cap');
    expect(await spend(await spendBytes(stage(), victim, 1n, { asset, recipient: to }))).toBe('recipient_not_listed');
    expect(await spend(await spendBytes(stage(), victim, 1n, { spendingLimit: victim.limitOf(mint) }))).toBe('unknown_shape');
    const second = must(await pay(1_000_000n)).transaction;
    await untilState(victim, second.id, 'finalized');
    expect(must(await agent.dryRun(id, { asset: mint, amount: '1', recipient: merchant })).verdict).not.toBe('allowed');
    const stranger = must(await pay(3_000_000n, to)).transaction;
    must(await countersign(ownerClient, stranger.approval ?? '', owner));
    await untilState(victim, stranger.id, 'finalized');
    expect(await tokensOf(stage().stack, merchant as Address, mint)).toBe(2_000_000n);
    expect(await tokensOf(stage().stack, to, mint)).toBe(3_000_000n);
    expect(await tokensOf(stage().stack, addresses.vault, mint)).toBe(5_000_000n);
    expect(await stage().balance(vault)).toBe(lamports);
  });

  test('INVARIANT I5: with a rent cap of nothing no account is made, by the agent, with the owner, or past the API', async () => {
    const { mint, give } = scene().classic;
    const victim = scene().rentless;
    const { agent, id, merchant, addresses } = victim;
    const fees = await stage().balance(addresses.feeAccount);
    const payment = { asset: mint, amount: '1', recipient: merchant };
    const denied = await agent.pay(id, payment, stage().key());
    if (denied.ok) throw new Error('the rent was paid');
    expect(asPaymentDenied(denied.error)?.violations).toMatchObject([{ rule: 'fee-cap', details: { amountLamports: String(RENT) } }]);
    expect(must(await agent.dryRun(id, payment)).violations).toEqual(asPaymentDenied(denied.error)?.violations);
    const message = await spendBytes(stage(), victim, 1n, { asset: tokenAsset(mint) });
    expect(await answerOf(stage().keys.signWithAgentKey({ walletId: victim.walletId, message, kind: 'spend' }))).toBe('fee_too_high');
    const large = must(await agent.pay(id, { ...payment, amount: '3000000' }, stage().key())).transaction;
    expect(await countersign(victim.ownerClient, large.approval ?? '', victim.owner)).toMatchObject({
      ok: false,
      error: { code: 'approval_denied' },
    });
    expect(await tokensOf(stage().stack, merchant as Address, mint)).toBeNull();
    expect(await stage().balance(addresses.feeAccount)).toBe(fees);
    // Who has an account is paid.
    await give(merchant as Address, 7n);
    const paid = must(await agent.pay(id, payment, stage().key())).transaction;
    await untilState(victim, paid.id, 'finalized');
    await until('it arrived', async () => (await tokensOf(stage().stack, merchant as Address, mint)) === 8n);
  });

  test('INVARIANT I5: a Token-2022 mint, a wallet address and nothing at all are no assets of a policy', async () => {
    const { mint } = scene().newer;
    const { operator } = stage().stack;
    const owner = createTestKey().address;
    for (const asset of [mint, createTestKey().address])
      expect(await operator.createWallet({ name: 'no', owner, policy: tokenPolicy(asset, '0')(createTestKey().address) })).toMatchObject({
        ok: false,
        error: { code: 'asset_not_supported' },
      });
  });
}
