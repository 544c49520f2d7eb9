import type { Address } from '../domain/address.ts';
import type { DomainError } from '../domain/errors.ts';
import { domainError } from '../domain/errors.ts';
import { ID_PREFIXES, type WalletId } from '../domain/ids.ts';
import type { Kit, KitPurpose } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IBlockchainAdapter, NonceAccount } from '../ports/blockchain-adapter.ts';

/**
 * How many nonce accounts a wallet may ever have for a purpose: what bounds the rent that the fee account pays for it. A full lockdown takes one
 * for all limits and one for each (at most 17), and as many again while the former one is still armed; each replacement of the owner key needs
 * others, since only the old owner could hand the former ones over.
 */
const NONCE_SLOTS: { readonly [Purpose in KitPurpose]: number } = { lockdown: 80, recovery: 16 };

/** docs/spec/kits.md: `cs`, the 26 characters of the wallet's id, `l` or `r`, two digits: 31 characters. */
export function nonceSeed(walletId: WalletId, purpose: KitPurpose, slot: number): string {
  return `cs${walletId.slice(ID_PREFIXES.wallet.length + 1)}${purpose === 'lockdown' ? 'l' : 'r'}${slot.toString().padStart(2, '0')}`;
}

export interface NonceSlots {
  /** Accounts that a new kit may use now, lowest slot first; at most as many as were asked for. */
  readonly ready: readonly NonceAccount[];
  /** What lies free beside them: seeds of accounts that would have to be made, lowest slot first. */
  readonly free: readonly { readonly seed: string; readonly address: Address }[];
}

/**
 * The nonce accounts of a wallet that new kits may use. Not one whose authority is somebody else than the owner, and not one whose value
 * a kit that can still be used stands on: of two transactions over one value only one can land.
 */
export async function readNonceSlots(
  chain: Pick<IBlockchainAdapter, 'nonceAddress' | 'readNonceAccounts'>,
  wallet: Pick<Wallet, 'id' | 'feeAccount' | 'owner'>,
  purpose: KitPurpose,
  live: readonly Pick<Kit, 'nonceAccount' | 'nonce'>[],
  count: number,
): Promise<Result<NonceSlots, DomainError>> {
  const seeds = Array.from({ length: NONCE_SLOTS[purpose] }, (_, slot) => nonceSeed(wallet.id, purpose, slot));
  const addresses = await Promise.all(seeds.map((seed) => chain.nonceAddress(wallet.feeAccount, seed)));
  const read = await chain.readNonceAccounts(addresses);
  if (!read.ok) return read;
  const isFree = ({ address, authority, nonce }: NonceAccount): boolean =>
    authority === wallet.owner && !live.some((kit) => kit.nonceAccount === address && kit.nonce === nonce);
  const ready = read.value.flatMap((account) => (account !== null && isFree(account) ? [account] : [])).slice(0, count);
  const free = seeds.flatMap((seed, slot) => {
    const address = addresses[slot];
    return address !== undefined && read.value[slot] === null ? [{ seed, address }] : [];
  });
  if (ready.length + free.length < count)
    return fail(
      domainError('kit_invalid', {
        problem: `the wallet has used its ${NONCE_SLOTS[purpose]} nonce accounts for ${purpose}; no more are paid for`,
      }),
    );
  return ok({ ready, free });
}
