import type { Address } from '../domain/address.ts';
import type { WalletId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import { ok } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { NonceAccount, TransactionStatus } from '../ports/blockchain-adapter.ts';
import type { Dependencies } from './dependencies.ts';

/** What may carry a lockdown out, and what the chain says of it. */
export interface LockdownPosition {
  readonly wallet: Wallet;
  readonly kits: readonly KitOnChain[];
  /** The spending limits of the multisig that are still there. */
  readonly limits: ReadonlySet<Address>;
}

export interface KitOnChain {
  readonly kit: Kit;
  readonly nonce: NonceAccount | null;
  /** Of the kit's transaction; `null` before it was sent. */
  readonly status: TransactionStatus | null;
}

/**
 * Where a lockdown stands; `null` where none is called for, or the owner has unfrozen the wallet. What happened to transactions and nonces is
 * asked before the limits, so that limits that are told to be there were not merely read too early. Throws when the database or the chain
 * cannot be asked.
 */
export async function lockdownPosition({ database, chain }: Dependencies, walletId: WalletId): Promise<LockdownPosition | null> {
  const read = await database.read(async (reader) => {
    const wallet = await reader.wallets.get(walletId);
    const kits = await reader.kits.list(walletId, { purpose: 'lockdown', states: ['called', 'sent'] });
    return ok({ wallet, kits, mark: await reader.watchMarks.get(walletId) });
  });
  if (!read.ok) throw new Error(`a lockdown could not be read: ${JSON.stringify(read.error)}`);
  const { wallet, kits, mark } = read.value;
  if (wallet?.state !== 'frozen' || kits.length === 0) return null;
  const sent = kits.filter(({ signature }) => signature !== null);
  const told = await chain.getTransactionStatus(sent.map(({ signature }) => signature ?? ''));
  if (!told.ok) throw new Error(`the chain could not be asked for a lockdown: ${JSON.stringify(told.error)}`);
  const nonces = await chain.readNonceAccounts(kits.map(({ nonceAccount }) => nonceAccount));
  if (!nonces.ok) throw new Error(`the nonces of a lockdown could not be read: ${JSON.stringify(nonces.error)}`);
  const found = await chain.readWallet(wallet.multisig);
  if (!found.ok) throw new Error(`the limits could not be read for a lockdown: ${JSON.stringify(found.error)}`);
  // INVARIANT I8: a node that is behind, which has no limits yet, is no chain without them.
  if (found.value === null || found.value.slot < (mark?.slot ?? 0n))
    throw new Error('the limits could not be read for a lockdown: the node that was asked is behind');
  return {
    wallet,
    limits: new Set(found.value.limits.map(({ spendingLimit }) => spendingLimit)),
    kits: kits.map((kit, index) => {
      const at = sent.indexOf(kit);
      return { kit, nonce: nonces.value[index] ?? null, status: at < 0 ? null : (told.value.statuses[at] ?? null) };
    }),
  };
}
