import type { WalletId } from '../domain/ids.ts';
import type { KitPurpose } from '../domain/kit.ts';
import type { ITransaction } from '../ports/database.ts';
import { SERVICE } from './dependencies.ts';

/** What was signed ahead of need no longer fits the wallet. What is on its way already is watched to its end. Runs under the wallet's lock. INVARIANT I10. */
export async function retireKits(
  tx: ITransaction,
  walletId: WalletId,
  { purposes, problem, atMs }: { readonly purposes: readonly KitPurpose[]; readonly problem: string; readonly atMs: number },
): Promise<void> {
  for (const purpose of purposes)
    for (const { id, state } of await tx.kits.list(walletId, { purpose, states: ['armed', 'handed_out'] })) {
      await tx.kits.move(id, state, 'stale', { problem });
      const details = { purpose, problem };
      await tx.audit.append([{ chain: walletId, action: 'kit.stale', actor: SERVICE, subject: id, details }], atMs);
    }
}
