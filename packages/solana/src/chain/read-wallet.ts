import { type Address, NATIVE_ASSET, tokenAsset, type WalletOnChain } from '@countersign/core';
import { unwrapOption } from '@solana/kit';
import * as squads from '../../generated/squads.mjs';
import { coreAddress } from '../build/kit-address.ts';
import { SQUADS_PROGRAM, SYSTEM_PROGRAM } from '../build/programs.ts';
import { type AccountState, fetchAccount } from './accounts.ts';
import { readWitnesses } from './agree.ts';
import { fetchProgramAccounts } from './program-accounts.ts';
import { fetchProposals, openProposals } from './proposals.ts';
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
  const looks = await readWitnesses(
    pool,
    'states of a wallet',
    (call, minContextSlot) => readWallet(call, multisig, minContextSlot),
    (one, other) => comparable(one.wallet) === comparable(other.wallet),
  );
  return looks.map(({ wallet }) => wallet).reduce(leastRemaining);
}

/** What remains of limits is not compared: a thief who pays a little at every slot would keep nodes of different slots from agreeing. */
function comparable(wallet: WalletOnChain | null): string {
  const limits = wallet?.limits.map(({ remaining: _, ...limit }) => limit);
  return JSON.stringify({ ...wallet, limits, slot: null }, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

function leastRemaining(one: WalletOnChain | null, other: WalletOnChain | null): WalletOnChain | null {
  if (one === null || other === null) return one;
  const limits = one.limits.map((limit, index) => {
    const remaining = other.limits[index]?.remaining ?? limit.remaining;
    return remaining < limit.remaining ? { ...limit, remaining } : limit;
  });
  return { ...one, limits, slot: other.slot < one.slot ? other.slot : one.slot };
}

interface Look {
  readonly slot: bigint;
  readonly wallet: WalletOnChain | null;
}

/** One node's view: the multisig, and every spending limit and proposal that names it. Read again while the multisig changes in between. */
async function readWallet(call: Call, multisig: Address, minContextSlot: bigint | null): Promise<Look> {
  let before = await fetchAccount(call, multisig, 'finalized', minContextSlot);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { account, slot } = before;
    if (account?.owner !== SQUADS_PROGRAM || !isMultisig(account)) return { slot, wallet: null };
    const [limits, proposals] = await Promise.all([
      fetchLimits(call, multisig, minContextSlot),
      fetchProposals(call, multisig, minContextSlot),
    ]);
    const after =
      limits.slot === slot && proposals.slot === slot ? before : await fetchAccount(call, multisig, 'finalized', minContextSlot);
    if (after.account && Buffer.compare(after.account.data, account.data) === 0) {
      const least = limits.slot < proposals.slot ? limits.slot : proposals.slot;
      const { staleTransactionIndex, ...settings } = readMultisig(multisig, account);
      const open = openProposals(proposals.proposals, staleTransactionIndex);
      return { slot: least, wallet: { ...settings, limits: limits.limits, proposals: open, slot: least } };
    }
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

/** What the multisig's own account says; proposals up to `staleTransactionIndex` are of settings that are no more. */
type Settings = Omit<WalletOnChain, 'limits' | 'proposals' | 'slot'> & { readonly staleTransactionIndex: bigint };

function readMultisig(address: Address, { data }: AccountState): Settings {
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
    staleTransactionIndex: decoded.staleTransactionIndex,
  };
}

/** The index of the latest proposal, at confirmed commitment; `null` where no such multisig exists. */
export async function readTransactionIndex(call: Call, multisig: Address): Promise<bigint | null> {
  const { account } = await fetchAccount(call, multisig, 'confirmed');
  return account?.owner === SQUADS_PROGRAM && isMultisig(account) ? readMultisig(multisig, account).transactionIndex : null;
}

async function fetchLimits(
  call: Call,
  multisig: Address,
  minContextSlot: bigint | null,
): Promise<{ readonly slot: bigint; readonly limits: WalletOnChain['limits'] }> {
  const { slot, accounts } = await fetchProgramAccounts(call, {
    program: SQUADS_PROGRAM,
    starts: [squads.SPENDING_LIMIT_DISCRIMINATOR, multisig],
    minContextSlot,
  });
  const limits = accounts.flatMap(({ address, account }) => readLimit(multisig, address, account));
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
