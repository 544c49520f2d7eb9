import type { Address } from '../domain/address.ts';
import type { DomainError } from '../domain/errors.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * Why a key may not become the owner's or the recovery key of a wallet, in words; `null` when it may. A key that was once given up never comes
 * back: somebody else may have it.
 */
export async function checkNewKey(
  deps: Pick<Dependencies, 'database' | 'chain'>,
  wallet: Wallet,
  key: Address,
): Promise<Result<string | null, DomainError>> {
  if (!deps.chain.isWalletAddress(key)) return ok('is not a public key on the curve, so nobody can sign for it');
  if (key === wallet.owner) return ok('is the owner key itself');
  if (key === wallet.recovery) return ok('is the recovery key, which has to stay apart');
  if (key === wallet.agent) return ok('is the agent key');
  if (key === wallet.feeAccount) return ok("is the service's own fee account");
  const known = await deps.database.read(async (reader) => ok(await reader.keys.ofAddress(wallet.id, key)));
  if (!known.ok) return known;
  return ok(known.value === null ? null : `was a key of this wallet before (${known.value.role}, ${known.value.state})`);
}
