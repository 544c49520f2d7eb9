import {
  type Address,
  type AssetId,
  domainError,
  isAddress,
  type LandedTransaction,
  NATIVE_ASSET,
  tokenAsset,
  type WalletAddresses,
} from '@countersign/core';
import { ChainProblem } from './chain-problem.ts';
import { describeChainError } from './describe-chain-error.ts';
import { grossOutflows } from './gross-outflows.ts';
import { readInnerInstructions } from './inner-instruction.ts';
import { readOldestBlock } from './oldest-block.ts';
import { addressOf, countOf, digitsOf, listOf, objectOf } from './read-json.ts';
import { type Call, type RpcPool, unreadable } from './rpc-pool.ts';

/** A message counts its instructions in one byte. */
const MOST_INSTRUCTIONS = 256;
/** Wrapped SOL of the token program and of Token-2022. */
const NATIVE_MINTS: ReadonlySet<string> = new Set([
  'So11111111111111111111111111111111111111112',
  '9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9',
]);

/**
 * A transaction at confirmed or finalized commitment, from the balances that the chain recorded; `null` when it is not there. With several
 * nodes configured all that answer tell the same of it (else `nodes_disagree`); one that does not have it yet makes it `null`, unless its
 * history no longer reaches back so far.
 */
export async function readLanded(pool: RpcPool, signature: string, addresses: WalletAddresses): Promise<LandedTransaction | null> {
  if (pool.size === 1) return pool.read((call) => fetchLanded(call, signature, addresses));
  const answers = await pool.ask(async (call) => {
    const landed = await fetchLanded(call, signature, addresses);
    return { landed, oldest: landed === null ? await readOldestBlock(call) : null };
  });
  const told = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
  if (told.length < 2) {
    const problem = answers.flatMap((answer) => (answer.ok ? [] : [`node ${answer.node}: ${answer.problem}`])).join('; ');
    throw new ChainProblem(domainError('chain_unavailable', { problem: `fewer than two of the configured nodes answer: ${problem}` }));
  }
  const found = told.flatMap(({ landed }) => (landed === null ? [] : [landed]));
  const [first] = found;
  if (first === undefined) return null;
  const lacking = told.filter(({ oldest }) => oldest !== null && oldest.slot <= first.slot);
  if (lacking.length > 0) return null;
  if (found.some((other) => comparable(other) !== comparable(first)))
    throw new ChainProblem(domainError('nodes_disagree', { problem: `nodes tell different outcomes of ${signature}` }));
  return first;
}

function comparable(landed: LandedTransaction): string {
  return JSON.stringify(landed, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

async function fetchLanded(call: Call, signature: string, addresses: WalletAddresses): Promise<LandedTransaction | null> {
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
    feeAccountOutflowLamports: nativeFall(metadata, keys.indexOf(addresses.feeAccount)),
    vaultOutflows: grossOf(outflowsOf(metadata, keys, addresses.vault), metadata, keys, addresses.vault),
  };
}

/** The falls, or what inner instructions moved out where that is more. */
function grossOf(
  falls: LandedTransaction['vaultOutflows'],
  meta: { readonly [name: string]: unknown },
  keys: readonly Address[],
  vault: Address,
): LandedTransaction['vaultOutflows'] {
  const told = meta['innerInstructions'];
  const inner = told === null || told === undefined ? [] : readInnerInstructions(told, keys, MOST_INSTRUCTIONS);
  const mints = new Map<Address, Address>();
  for (const { index, mint, owner } of tokenBalances(meta['preTokenBalances'])) {
    const account = keys[Number(index)];
    if (owner === vault && account !== undefined) mints.set(account, mint);
  }
  const amounts = new Map(falls.map(({ asset, amount }) => [asset, amount]));
  for (const [asset, gross] of grossOutflows(inner, vault, mints)) if (gross > (amounts.get(asset) ?? 0n)) amounts.set(asset, gross);
  return [...amounts].map(([asset, amount]) => ({ asset, amount }));
}

/** How far the lamports of the account at `index` fell; 0 where the transaction does not name it. */
function nativeFall(meta: { readonly [name: string]: unknown }, index: number): bigint {
  if (index < 0) return 0n;
  const [was, is] = [lamportsAt(meta['preBalances'], index), lamportsAt(meta['postBalances'], index)];
  return was > is ? was - is : 0n;
}

function lamportsAt(list: unknown, index: number): bigint {
  return countOf(listOf(list, 'balances')[index], 'a balance');
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
  if (index >= 0) addFall(NATIVE_ASSET, lamportsAt(meta['preBalances'], index), lamportsAt(meta['postBalances'], index));
  const after = new Map(
    tokenBalances(meta['postTokenBalances']).map((entry) => [`${entry.index} ${entry.mint} ${entry.owner}`, entry.amount]),
  );
  for (const { index: account, mint, owner, amount } of tokenBalances(meta['preTokenBalances'])) {
    if (owner !== vault) continue;
    const left = after.get(`${account} ${mint} ${owner}`);
    addFall(tokenAsset(mint), amount, left ?? 0n);
    if (left === undefined) continue;
    // Lamports that left an account beside its tokens; of a native account the tokens are lamports themselves.
    const asTokens = NATIVE_MINTS.has(mint) && amount > left ? amount - left : 0n;
    const at = Number(account);
    addFall(NATIVE_ASSET, lamportsAt(meta['preBalances'], at), lamportsAt(meta['postBalances'], at) + asTokens);
  }
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
