import {
  type Address,
  type AssetId,
  isAddress,
  type LandedTransaction,
  NATIVE_ASSET,
  tokenAsset,
  type WalletAddresses,
} from '@countersign/core';
import { describeChainError } from './describe-chain-error.ts';
import { addressOf, countOf, digitsOf, listOf, objectOf } from './read-json.ts';
import { type Call, unreadable } from './rpc-pool.ts';

/** A transaction at confirmed or finalized commitment, from the balances that the chain recorded; `null` when it is not there. */
export async function readLanded(call: Call, signature: string, addresses: WalletAddresses): Promise<LandedTransaction | null> {
  const answer = await call('getTransaction', [
    signature,
    { commitment: 'confirmed', encoding: 'json', maxSupportedTransactionVersion: 0 },
  ]);
  if (answer === null) return null;
  const { slot, meta, transaction } = objectOf(answer, 'a transaction');
  const { message } = objectOf(transaction, 'a transaction');
  const metadata = objectOf(meta, "a transaction's metadata");
  const keys = [...listOf(objectOf(message, 'a message')['accountKeys'], 'account keys'), ...loadedKeys(metadata['loadedAddresses'])].map(
    (key) => addressOf(key, 'an account key'),
  );
  const [feePayer] = keys;
  if (feePayer === undefined) return unreadable('account keys');
  return {
    slot: countOf(slot, 'the slot of a transaction'),
    error: describeChainError(metadata['err']),
    feeLamports: countOf(metadata['fee'], 'a fee'),
    feePayer,
    vaultOutflows: outflowsOf(metadata, keys, addresses.vault),
  };
}

function loadedKeys(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  const { writable, readonly } = objectOf(value, 'loaded addresses');
  return [...listOf(writable, 'loaded addresses'), ...listOf(readonly, 'loaded addresses')];
}

function outflowsOf(
  meta: { readonly [name: string]: unknown },
  keys: readonly Address[],
  vault: Address,
): readonly { readonly asset: AssetId; readonly amount: bigint }[] {
  const falls = new Map<AssetId, bigint>();
  const addFall = (asset: AssetId, was: bigint, is: bigint): void => {
    if (was > is) falls.set(asset, (falls.get(asset) ?? 0n) + was - is);
  };
  const index = keys.indexOf(vault);
  if (index >= 0) {
    const balance = (list: unknown): bigint => countOf(listOf(list, 'balances')[index], 'a balance');
    addFall(NATIVE_ASSET, balance(meta['preBalances']), balance(meta['postBalances']));
  }
  const after = new Map(
    tokenBalances(meta['postTokenBalances']).map((entry) => [`${entry.index} ${entry.mint} ${entry.owner}`, entry.amount]),
  );
  for (const { index: account, mint, owner, amount } of tokenBalances(meta['preTokenBalances']))
    if (owner === vault) addFall(tokenAsset(mint), amount, after.get(`${account} ${mint} ${owner}`) ?? 0n);
  return [...falls].map(([asset, amount]) => ({ asset, amount }));
}

function tokenBalances(
  value: unknown,
): readonly { readonly index: bigint; readonly mint: Address; readonly owner: Address | null; readonly amount: bigint }[] {
  if (value === undefined || value === null) return [];
  return listOf(value, 'token balances').map((entry) => {
    const { accountIndex, mint, owner, uiTokenAmount } = objectOf(entry, 'a token balance');
    return {
      index: countOf(accountIndex, 'an account index'),
      mint: addressOf(mint, 'a mint'),
      owner: typeof owner === 'string' && isAddress(owner) ? owner : null,
      amount: digitsOf(objectOf(uiTokenAmount, 'a token balance')['amount'], 'a token amount'),
    };
  });
}
