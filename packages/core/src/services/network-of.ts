import { decodeBounds } from '../domain/bounds.ts';
import type { WalletId } from '../domain/ids.ts';
import type { IReader } from '../ports/database.ts';

/**
 * The network of a wallet, as the bounds name it that its owner signed (of a wallet that is being made: those that the owner is to sign). Unlike
 * the name that the service works with it is known while the chain is away, so that an owner can stop a wallet then too (INVARIANT I7).
 */
export async function networkOf(reader: Pick<IReader, 'policies'>, walletId: WalletId): Promise<string | null> {
  const revision = (await reader.policies.active(walletId)) ?? (await reader.policies.list(walletId))[0] ?? null;
  const bounds = revision && decodeBounds(revision.bounds);
  return bounds?.ok ? bounds.value.network : null;
}
