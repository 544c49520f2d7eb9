import { type Address, encodeBase58, NATIVE_ASSET, tokenAsset, type WalletOnChain } from '@countersign/core';
import { unwrapOption } from '@solana/kit';
import * as squads from '../../generated/squads.mjs';
import { coreAddress } from '../build/kit-address.ts';
import { SQUADS_PROGRAM, SYSTEM_PROGRAM } from '../build/programs.ts';
import { type AccountState, fetchAccount, readAccount } from './accounts.ts';
import { readAgreed } from './agree.ts';
import { addressOf, contextOf, listOf, objectOf } from './read-json.ts';
import { type Call, type RpcPool, unreadable } from './rpc-pool.ts';

const PERIOD_SECONDS: ReadonlyMap<squads.Period, number> = new Map([
  [squads.Period.OneTime, 0],
  [squads.Period.Day, 86_400],
  [squads.Period.Week, 604_800],
  [squads.Period.Month, 2_592_000],
]);
const TRIES = 4;

/**
 * A wallet as finalized, the same on every node that answers (`readAgreed`): what is read back decides whether a revocation is done
 * (INVARIANT I8) and whether the chain holds what is expected.
 */
export async function readWalletAgreed(pool: RpcPool, multisig: Address): Promise<WalletOnChain | null> {
  const { wallet } = await readAgreed(
    pool,
    'states of a wallet',
    async (call) => {
      const read = await readWallet(call, multisig);
      return { slot: read?.slot ?? null, wallet: read };
    },
    (one, other) => comparable(one.wallet) === comparable(other.wallet),
  );
  return wallet;
}

function comparable(wallet: WalletOnChain | null): string {
  return JSON.stringify({ ...wallet, slot: null }, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** One node's view: the multisig and every spending limit that names it. Read again while the multisig changes in between. */
async function readWallet(call: Call, multisig: Address): Promise<WalletOnChain | null> {
  let before = await fetchAccount(call, multisig, 'finalized');
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (before.account?.owner !== SQUADS_PROGRAM || !isMultisig(before.account)) return null;
    const limits = await fetchLimits(call, multisig);
    if (limits.slot === before.slot) return { ...readMultisig(multisig, before.account), limits: limits.limits, slot: limits.slot };
    const after = await fetchAccount(call, multisig, 'finalized');
    if (after.account && Buffer.compare(after.account.data, before.account.data) === 0)
      return { ...readMultisig(multisig, before.account), limits: limits.limits, slot: limits.slot };
    before = after;
  }
  return unreadable('a wallet that keeps changing');
}

function startsWith(data: Uint8Array, discriminator: Uint8Array): boolean {
  return discriminator.every((byte, index) => data[index] === byte);
}

function isMultisig({ data }: AccountState): boolean {
  return startsWith(data, squads.MULTISIG_DISCRIMINATOR);
}

function readMultisig(address: Address, { data }: AccountState): Omit<WalletOnChain, 'limits' | 'slot'> {
  const decoded = squads.getMultisigDecoder().decode(data);
  const collector = unwrapOption(decoded.rentCollector);
  return {
    multisig: address,
    configAuthority: coreAddress(decoded.configAuthority),
    threshold: decoded.threshold,
    timeLockSeconds: decoded.timeLock,
    members: decoded.members.map(({ key, permissions }) => ({ key: coreAddress(key), permissions: permissions.mask })),
    rentCollector: collector === null ? null : coreAddress(collector),
    transactionIndex: decoded.transactionIndex,
  };
}

/** The index of the latest proposal, at confirmed commitment; `null` where no such multisig exists. */
export async function readTransactionIndex(call: Call, multisig: Address): Promise<bigint | null> {
  const { account } = await fetchAccount(call, multisig, 'confirmed');
  return account?.owner === SQUADS_PROGRAM && isMultisig(account) ? readMultisig(multisig, account).transactionIndex : null;
}

async function fetchLimits(call: Call, multisig: Address): Promise<{ readonly slot: bigint; readonly limits: WalletOnChain['limits'] }> {
  const answer = await call('getProgramAccounts', [
    SQUADS_PROGRAM,
    {
      encoding: 'base64',
      commitment: 'finalized',
      withContext: true,
      filters: [
        { memcmp: { offset: 0, bytes: encodeBase58(squads.SPENDING_LIMIT_DISCRIMINATOR), encoding: 'base58' } },
        { memcmp: { offset: 8, bytes: multisig, encoding: 'base58' } },
      ],
    },
  ]);
  const { slot, value } = contextOf(answer, 'getProgramAccounts');
  const limits = listOf(value, 'getProgramAccounts').flatMap((entry) => {
    const { pubkey, account } = objectOf(entry, 'getProgramAccounts');
    return readLimit(multisig, addressOf(pubkey, 'a spending limit'), readAccount(account));
  });
  return { slot, limits: limits.toSorted((one, other) => (one.spendingLimit < other.spendingLimit ? -1 : 1)) };
}

/** Filters are a node's promise: owner, kind and multisig are looked at again. */
function readLimit(multisig: Address, spendingLimit: Address, account: AccountState | null): WalletOnChain['limits'] {
  if (account?.owner !== SQUADS_PROGRAM || !startsWith(account.data, squads.SPENDING_LIMIT_DISCRIMINATOR)) return [];
  const decoded = squads.getSpendingLimitDecoder().decode(account.data);
  if (coreAddress(decoded.multisig) !== multisig) return [];
  const mint = coreAddress(decoded.mint);
  return [
    {
      spendingLimit,
      asset: mint === SYSTEM_PROGRAM ? NATIVE_ASSET : tokenAsset(mint),
      amount: decoded.amount,
      remaining: decoded.remainingAmount,
      periodSeconds: PERIOD_SECONDS.get(decoded.period) ?? 0,
      members: decoded.members.map(coreAddress),
      destinations: decoded.destinations.map(coreAddress),
      vaultIndex: decoded.vaultIndex,
    },
  ];
}
