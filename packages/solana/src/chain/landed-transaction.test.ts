import { NATIVE_ASSET, tokenAsset, WRAPPED_NATIVE_ASSET } from '@countersign/core';
import { afterEach, expect, test } from 'vitest';
import { must } from '../test-support/must.ts';
import { adapterOf, endScriptedNodes, scriptedNode } from '../test-support/scripted-node.ts';
import { testKey } from '../test-support/test-key.ts';
import { testWallet } from '../test-support/test-wallet.ts';

afterEach(endScriptedNodes);
const { addresses } = await testWallet('landed');
const { vault, feeAccount } = addresses;
const [usd, eur] = [testKey('usd').address, testKey('eur').address];
const stranger = testKey('stranger').address;
const keys = [feeAccount, vault, ...['a', 'b', 'c', 'd'].map((name) => testKey(`account ${name}`).address)];
const holds = (accountIndex: number, mint: string, owner: string, amount: bigint) => ({
  ...{ accountIndex, mint, owner, uiTokenAmount: { amount: `${amount}`, decimals: 6 } },
});

test('a landed transaction tells the gross falls of all assets of the vault, and the fee', async () => {
  const meta = {
    ...{ err: null, fee: 15_000 },
    ...{ preBalances: [100_000, 9_000, 2_000, 2_000, 2_500, 8_000], postBalances: [85_000, 4_000, 2_000, 0, 2_000, 5_000] },
    preTokenBalances: [
      ...[holds(2, usd, vault, 70n), holds(3, eur, vault, 50n), holds(4, usd, vault, 5n)],
      holds(5, WRAPPED_NATIVE_ASSET, vault, 3_000n),
    ],
    // One pays 30, one is closed, one gets 20 and loses 500 lamports beside its tokens, one pays 3,000 wrapped.
    postTokenBalances: [holds(2, usd, vault, 40n), holds(4, usd, vault, 25n), holds(5, WRAPPED_NATIVE_ASSET, vault, 0n)],
  };
  const result = { slot: 7, transaction: { message: { accountKeys: keys } }, meta };
  const node = await scriptedNode(() => ({ result }));
  const landed = must(await adapterOf(node.url).getTransaction('a signature', addresses));
  expect(landed).toEqual({
    ...{ slot: 7n, error: null, feeLamports: 15_000n, feePayer: feeAccount, feeAccountOutflowLamports: 15_000n },
    vaultOutflows: [
      { asset: NATIVE_ASSET, amount: 5_500n },
      { asset: tokenAsset(usd), amount: 30n },
      { asset: tokenAsset(eur), amount: 50n },
      { asset: WRAPPED_NATIVE_ASSET, amount: 3_000n },
    ],
  });
});

test('a token account that is given away is a fall of all that was in it', async () => {
  const balances = { preBalances: [1, 1, 1], postBalances: [1, 1, 1] };
  const meta = {
    err: null,
    fee: 5_000,
    ...balances,
    preTokenBalances: [holds(2, usd, vault, 70n)],
    postTokenBalances: [holds(2, usd, stranger, 70n)],
  };
  const node = await scriptedNode(() => ({ result: { slot: 7, transaction: { message: { accountKeys: keys.slice(0, 3) } }, meta } }));
  const landed = must(await adapterOf(node.url).getTransaction('a signature', addresses));
  expect(landed?.vaultOutflows).toEqual([{ asset: tokenAsset(usd), amount: 70n }]);
});
