import { type DomainError, domainError } from '../domain/errors.ts';
import type { Kit } from '../domain/kit.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IBlockchainAdapter } from '../ports/blockchain-adapter.ts';

/**
 * INVARIANT I7: reads a kit's bytes to the end, says whether they can do nothing but what a kit of its purpose may for this wallet as it is now,
 * and that they are what the record tells. Asked before the owner signs, when the signature comes, and right before bytes are sent, since a
 * record may have been changed by whoever can write to the database. Asks no chain.
 */
export function checkKit(
  chain: Pick<IBlockchainAdapter, 'checkLockdown' | 'checkHandOver'>,
  wallet: Wallet,
  kit: Pick<Kit, 'purpose' | 'message' | 'nonceAccount' | 'nonce' | 'limits'>,
): Result<void, DomainError> {
  const read = readKit(chain, wallet, kit);
  if (!read.ok) return read;
  const { nonceAccount, nonce, limits } = read.value;
  const same = nonceAccount === kit.nonceAccount && nonce === kit.nonce && sorted(limits) === sorted(kit.limits);
  return same ? ok(undefined) : fail(domainError('kit_invalid', { problem: 'its bytes do something else than its record tells' }));
}

function readKit(
  chain: Pick<IBlockchainAdapter, 'checkLockdown' | 'checkHandOver'>,
  wallet: Wallet,
  { purpose, message }: Pick<Kit, 'purpose' | 'message'>,
): ReturnType<IBlockchainAdapter['checkLockdown']> {
  if (purpose === 'lockdown') return chain.checkLockdown(message, wallet);
  if (wallet.recovery === null) return fail(domainError('recovery_key_missing', { wallet: wallet.id }));
  const read = chain.checkHandOver(message, wallet, wallet.recovery);
  return read.ok ? ok({ ...read.value, limits: [] }) : read;
}

function sorted(limits: readonly string[]): string {
  return [...limits].sort().join(' ');
}
