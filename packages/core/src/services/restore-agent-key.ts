import type { Address } from '../domain/address.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { freezeWallet } from './freeze-wallet.ts';

/**
 * Gives the signer a backup of the wallet's agent key back. INVARIANT I7: what a signer lost is not started again by whoever holds a backup. The key
 * comes back suspended and without bounds, and the wallet is frozen before the signer is told, so that both say the same; the owner signs the next
 * revision and unfreezes.
 */
export async function restoreAgentKey(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly backup: Uint8Array; readonly actor: Actor },
): Promise<Result<{ readonly agent: Address }, DomainError>> {
  const { walletId, backup, actor } = input;
  const found = await deps.database.read(async (reader) => ok(await reader.wallets.get(walletId)));
  if (!found.ok) return found;
  if (found.value === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
  const { state, agent } = found.value;
  if (state === 'active') {
    const frozen = await freezeWallet(deps, { walletId, reason: "the agent's key is restored from a backup", actor });
    if (!frozen.ok) return frozen;
  }
  const restored = await deps.keys.restoreAgentKey(backup);
  if (!restored.ok) return restored;
  if (restored.value.agent !== agent)
    return fail(
      domainError('invalid_field', { field: 'backup', problem: `holds another key than ${agent}, the agent key of this wallet` }),
    );
  return deps.database.transact(async (tx) => {
    const details = { agent, sha256: sha256Hex(backup) };
    await tx.audit.append([{ chain: walletId, action: 'key.restored', actor, subject: walletId, details }], await tx.nowMs());
    return ok({ agent });
  });
}
