import { randomBytes } from 'node:crypto';
import type { Attempt, AttemptId, Credential, Holding, Metered, RequestId, Wallet } from '@countersign/core';
import type { PostgresDatabase } from '../create-postgres-database.ts';
import { inTransaction } from './in-transaction.ts';
import { aCredential, anAttempt, aRequest, aWallet } from './records.ts';

export interface Payer {
  readonly wallet: Wallet;
  readonly credential: Credential;
}

/** An active wallet with an agent's credential. */
export async function aPayer(database: PostgresDatabase, change: Partial<Wallet> = {}): Promise<Payer> {
  const wallet = aWallet(change);
  const credential = aCredential(wallet.id);
  await inTransaction(database, async (tx) => {
    await tx.wallets.insert(wallet);
    await tx.credentials.insert(credential, randomBytes(32));
  });
  return { wallet, credential };
}

/** A request with one prepared attempt that holds its part of the budgets. */
export async function aReservedAttempt(
  database: PostgresDatabase,
  { wallet, credential }: Payer,
  { holding, atMs }: { readonly holding: Holding; readonly atMs: number },
): Promise<{ readonly requestId: RequestId; readonly attempt: Attempt }> {
  const request = aRequest(wallet.id, credential, { route: holding.alone ? 'autonomous' : 'countersigned' });
  const attempt = anAttempt(wallet.id, request.id, { holding, createdAtMs: atMs });
  await inTransaction(database, async (tx) => {
    await Promise.all([
      tx.wallets.lock(wallet.id),
      tx.requests.insert(request),
      tx.attempts.insert(attempt),
      tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, holding, atMs }),
    ]);
  });
  return { requestId: request.id, attempt };
}

/** The attempt ends: it lands and moves `moved`, or, with `null`, is withdrawn. */
export async function endAttempt(
  database: PostgresDatabase,
  id: AttemptId,
  moved: { readonly amounts: readonly Metered[]; readonly atMs: number } | null,
): Promise<void> {
  await inTransaction(database, async (tx) => {
    if (moved === null) {
      await Promise.all([tx.attempts.move(id, 'prepared', 'withdrawn', {}), tx.budgets.release(id)]);
      return;
    }
    await Promise.all([
      tx.attempts.move(id, 'prepared', 'signed', { wire: new Uint8Array([1]), signature: id }),
      tx.attempts.move(id, 'signed', 'finalized', {}),
      tx.budgets.settle(id, moved.amounts, moved.atMs),
    ]);
  });
}
