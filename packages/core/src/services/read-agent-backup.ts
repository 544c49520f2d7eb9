import type { Address } from '../domain/address.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Actor, Dependencies } from './dependencies.ts';

/**
 * The agent's key file as its holder sealed it (INVARIANT I9: nothing in it can be read without the holder's own secret). That it was handed out is
 * recorded before it is (INVARIANT I10).
 */
export async function readAgentBackup(
  deps: Pick<Dependencies, 'database' | 'keys'>,
  { walletId, actor }: { readonly walletId: WalletId; readonly actor: Actor },
): Promise<Result<{ readonly agent: Address; readonly backup: Uint8Array }, DomainError>> {
  const found = await deps.database.read(async (reader) => ok(await reader.wallets.get(walletId)));
  if (!found.ok) return found;
  if (found.value === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
  const { agent } = found.value;
  const backup = await deps.keys.readBackup(walletId);
  if (!backup.ok) return backup;
  return deps.database.transact(async (tx) => {
    const details = { agent, sha256: sha256Hex(backup.value) };
    await tx.audit.append([{ chain: walletId, action: 'key.backed_up', actor, subject: walletId, details }], await tx.nowMs());
    return ok({ agent, backup: backup.value });
  });
}
