import { type Address, type AssetId, type Effect, encodeBase58, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { tokenAccountAddress } from '../build/pda.ts';
import { autonomous, countersigned } from '../test-support/built-messages.ts';
import { must } from '../test-support/must.ts';
import { testKey } from '../test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from '../test-support/test-wallet.ts';
import { type AccountFact, type AccountFacts, NO_FACTS } from './account-facts.ts';
import { accountsToRead } from './accounts-to-read.ts';
import { decodeMessage } from './decode-message.ts';
import { mintAccount, tokenAccount } from './test-support/chain-accounts.ts';

let wallet: TestWallet;
const limit = testKey('decode limit').address;
const mint = testKey('decode mint').address;

beforeAll(async () => {
  wallet = await testWallet('decode');
});

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => encodeBase58(bytes) as Address);
const payments = fc.record({
  asset: fc.oneof(fc.constant(NATIVE_ASSET), key.map(tokenAsset)),
  amount: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
  recipient: key,
  memo: fc.option(
    fc.string({ maxLength: 40, unit: 'binary' }).filter((text) => Buffer.from(text).toString() === text),
    { nil: null },
  ),
  createsAccount: fc.boolean(),
  tokenDecimals: fc.integer({ min: 0, max: 255 }),
  priceMicroLamports: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 10_000_000n })),
});

const isNative = (asset: AssetId): boolean => asset === NATIVE_ASSET;

describe('INVARIANT I6: what is built is what is decoded, by other code', () => {
  test('autonomous payments', async () => {
    await fc.assert(
      fc.asyncProperty(payments, async ({ createsAccount, tokenDecimals, priceMicroLamports, ...payment }) => {
        const decimals = isNative(payment.asset) ? 9 : tokenDecimals;
        const asset = { asset: payment.asset, decimals };
        const { bytes, signers } = await autonomous(wallet, payment, asset, limit, { createsAccount, priceMicroLamports });
        const effects = must(decodeMessage(bytes, contextOf(wallet, [], [asset]), NO_FACTS));
        expect(signers).toEqual([wallet.addresses.feeAccount, wallet.addresses.agent]);
        expect(shape(effects)).toEqual([
          'fee',
          ...(createsAccount && !isNative(payment.asset) ? ['account_creation'] : []),
          'asset_outflow',
          ...(payment.memo === null ? [] : ['memo']),
        ]);
        expect(effects.find(({ kind }) => kind === 'asset_outflow')).toMatchObject({
          asset: payment.asset,
          amount: payment.amount,
          decimals,
          source: wallet.addresses.vault,
          destination: payment.recipient,
          spendingLimit: limit,
        });
        expectMemo(effects, payment.memo);
      }),
      { numRuns: 60 },
    );
  });

  test('countersigned payments', async () => {
    await fc.assert(
      fc.asyncProperty(
        payments,
        fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
        async ({ createsAccount, tokenDecimals, priceMicroLamports, ...payment }, transactionIndex) => {
          const decimals = isNative(payment.asset) ? 9 : tokenDecimals;
          const asset = { asset: payment.asset, decimals };
          const built = await countersigned(wallet, payment, asset, { createsAccount, priceMicroLamports, transactionIndex });
          const effects = must(decodeMessage(built.bytes, contextOf(wallet, [payment.recipient], [asset]), NO_FACTS));
          const creates = createsAccount && !isNative(payment.asset);
          expect(shape(effects)).toEqual([
            'fee',
            ...(creates ? ['account_creation'] : []),
            'asset_outflow',
            'propose',
            'approve',
            'approve',
            'execute',
            'close',
            ...(payment.memo === null ? [] : ['memo']),
          ]);
          const { agent, owner } = wallet.addresses;
          const steps = effects.filter((effect) => effect.kind === 'governance');
          expect(steps.map((step) => ('member' in step ? step.member : 'none'))).toEqual([agent, agent, owner, agent, null]);
          expect(steps.every((step) => 'index' in step && step.index === transactionIndex)).toBe(true);
          expect(effects.find(({ kind }) => kind === 'asset_outflow')).toMatchObject({
            asset: payment.asset,
            amount: payment.amount,
            destination: payment.recipient,
            spendingLimit: null,
          });
          expectMemo(effects, payment.memo);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('the fee counts signatures and rounds the priority fee up', async () => {
    const payment = { asset: NATIVE_ASSET, amount: 1n, recipient: limit, memo: null };
    const native = { asset: NATIVE_ASSET, decimals: 9 };
    const fee = async (priceMicroLamports: bigint): Promise<unknown> => {
      const { bytes } = await autonomous(wallet, payment, native, limit, { priceMicroLamports });
      return must(decodeMessage(bytes, contextOf(wallet), NO_FACTS))[0];
    };
    const payer = wallet.addresses.feeAccount;
    expect(await fee(0n)).toEqual({ kind: 'fee', instruction: null, payer, amountLamports: 10_000n });
    expect(await fee(1n)).toEqual({ kind: 'fee', instruction: null, payer, amountLamports: 10_001n });
    expect(await fee(1_000_000n)).toEqual({ kind: 'fee', instruction: null, payer, amountLamports: 60_000n });
    expect(await fee(2n ** 64n - 1n)).toMatchObject({ amountLamports: 10_000n + (50_000n * (2n ** 64n - 1n) + 999_999n) / 1_000_000n });
  });
});

describe('who receives tokens', () => {
  const token = { asset: tokenAsset(mint), decimals: 6 };
  const payment = { asset: token.asset, amount: 5n, recipient: testKey('decode to').address, memo: null };
  test('is unknown when no candidate owns the account', async () => {
    const { bytes } = await countersigned(wallet, payment, token);
    const account = await tokenAccountAddress(payment.recipient, mint);
    const destinations = (candidates: readonly Address[]): unknown =>
      must(decodeMessage(bytes, contextOf(wallet, candidates), NO_FACTS)).filter(({ kind }) => kind === 'asset_outflow');
    expect(destinations([])).toMatchObject([{ destination: null, destinationAccount: account }]);
    expect(destinations([limit, payment.recipient])).toMatchObject([{ destination: payment.recipient, destinationAccount: account }]);
  });
  test('is known when the message creates the account', async () => {
    const { bytes } = await countersigned(wallet, payment, token, { createsAccount: true });
    const effects = must(decodeMessage(bytes, contextOf(wallet), NO_FACTS));
    expect(effects.find(({ kind }) => kind === 'asset_outflow')).toMatchObject({ destination: payment.recipient });
    expect(effects.find(({ kind }) => kind === 'account_creation')).toMatchObject({
      payer: wallet.addresses.feeAccount,
      maximumRentLamports: 2_039_280n,
    });
  });
  test('other decimals than the mint has are refused', async () => {
    const { bytes } = await autonomous(wallet, payment, { ...token, decimals: 9 }, limit);
    expect(shape(must(decodeMessage(bytes, contextOf(wallet, [], [token]), NO_FACTS)))).toContain('unknown');
  });
});

describe('a payment of tokens, with what the chain says', () => {
  const token = { asset: tokenAsset(mint), decimals: 6 };
  const to = testKey('decode online').address;
  const payment = { asset: token.asset, amount: 5n, recipient: to, memo: null };
  const facts = async (over: Partial<Record<'source' | 'destination' | 'mint', AccountFact | null>>): Promise<AccountFacts> => {
    const { vault } = wallet.addresses;
    const accounts = new Map<Address, AccountFact | null>([
      [await tokenAccountAddress(vault, mint), over.source ?? tokenAccount({ mint, owner: vault })],
      [await tokenAccountAddress(to, mint), over.destination ?? tokenAccount({ mint, owner: to })],
      [mint, over.mint ?? mintAccount({ decimals: 6 })],
    ]);
    return { slot: 9n, accounts };
  };
  test.each(['autonomous', 'countersigned'] as const)('INVARIANT I5: %s', async (route) => {
    const { bytes } =
      route === 'autonomous' ? await autonomous(wallet, payment, token, limit) : await countersigned(wallet, payment, token);
    const context = contextOf(wallet, [to]);
    const whole = await facts({});
    expect([...accountsToRead(bytes, context, NO_FACTS)].sort()).toEqual([...whole.accounts.keys()].sort());
    expect(accountsToRead(bytes, context, whole)).toEqual([]);
    const outflow = async (given: AccountFacts): Promise<Effect | undefined> =>
      must(decodeMessage(bytes, context, given)).find(({ kind }) => kind === 'asset_outflow');
    expect(await outflow(whole)).toMatchObject({ destination: to, hazards: [] });
    expect(await outflow(await facts({ destination: tokenAccount({ mint, owner: limit }) }))).toMatchObject({
      destination: limit,
      hazards: [expect.stringContaining(`derives from ${to}`)],
    });
    expect(await outflow(await facts({ destination: tokenAccount({ mint, owner: to, frozen: true }) }))).toMatchObject({
      hazards: [expect.stringContaining('frozen')],
    });
    const unknown = async (given: AccountFacts): Promise<boolean> => shape(must(decodeMessage(bytes, context, given))).includes('unknown');
    expect(await unknown(await facts({ source: tokenAccount({ mint, owner: limit }) }))).toBe(true);
    expect(await unknown(await facts({ mint: mintAccount({ decimals: 9 }) }))).toBe(true);
    expect(await unknown(await facts({ mint: { ...mintAccount({ decimals: 6 }), owner: limit } }))).toBe(true);
    for (const left of whole.accounts.keys())
      expect(await unknown({ slot: 9n, accounts: new Map([...whole.accounts].filter(([account]) => account !== left)) })).toBe(true);
  });
  test('of SOL needs nothing', async () => {
    const native = { asset: NATIVE_ASSET, decimals: 9 };
    const { bytes } = await autonomous(wallet, { ...payment, asset: NATIVE_ASSET }, native, limit);
    expect(accountsToRead(bytes, contextOf(wallet), NO_FACTS)).toEqual([]);
  });
});

function shape(effects: readonly Effect[]): readonly string[] {
  return effects.map((effect) => (effect.kind === 'governance' ? effect.action : effect.kind));
}

function expectMemo(effects: readonly Effect[], memo: string | null): void {
  if (memo !== null) expect(effects.find(({ kind }) => kind === 'memo')).toMatchObject({ text: memo });
}
