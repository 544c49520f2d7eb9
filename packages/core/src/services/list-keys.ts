import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { type KeyNotice, keyNotice, type WalletKey } from '../domain/key-states.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Dependencies } from './dependencies.ts';

/** Every key that a wallet ever had, newest first, each with what is to be said about it now (by the database's clock). */
export async function listKeys(
  deps: Pick<Dependencies, 'database'>,
  walletId: WalletId,
): Promise<Result<readonly { readonly key: WalletKey; readonly notice: KeyNotice }[], DomainError>> {
  return deps.database.transact(async (tx) => {
    if ((await tx.wallets.get(walletId)) === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    const nowMs = await tx.nowMs();
    return ok((await tx.keys.list(walletId)).map((key) => ({ key, notice: keyNotice(key, nowMs) })));
  });
}
