import { randomBytes } from 'node:crypto';
import type { Attempt, AttemptId, Credential, RequestId, Route, Wallet } from '@countersign/core';
import { NATIVE_ASSET } from '@countersign/core';
import type { PostgresDatabase } from '../create-postgres-database.ts';
import { inTransaction } from './in-transaction.ts';
import { aCredential, anAttempt, aRequest, aWallet } from './records.ts';

export interface Payer {
  readonly wallet: Wallet;
  readonly credential: Credential;
}

/** An active wallet with an agent's credential. */
export async function aPayer(database: PostgresDatabase): Promise<Payer> {
  const wallet = aWallet();
  const credential = aCredential(wallet.id);
  await inTransaction(database, async (tx) => {
    await tx.wallets.insert(wallet);
    await tx.credentials.insert(credential, randomBytes(32));
  });
  return { wallet, credential };
}

/** A request with one prepared attempt that holds `amount`. */
export async function aReservedAttempt(
  database: PostgresDatabase,
  { wallet, credential }: Payer,
  { amount, route, atMs }: { readonly amount: bigint; readonly route: Route; readonly atMs: number },
): Promise<{ readonly requestId: RequestId; readonly attempt: Attempt }> {
  const request = aRequest(wallet.id, credential);
  const attempt = anAttempt(wallet.id, request.id, { outflow: { asset: NATIVE_ASSET, amount, route } });
  await inTransaction(database, async (tx) => {
    await tx.wallets.lock(wallet.id);
    await tx.requests.insert(request);
    await tx.attempts.insert(attempt);
    await tx.budgets.reserve({ attemptId: attempt.id, walletId: wallet.id, asset: NATIVE_ASSET, amount, route, atMs });
  });
  return { requestId: request.id, attempt };
}

/** The attempt ends: it lands and moves `moved`, or, with `null`, is withdrawn. */
export async function endAttempt(database: PostgresDatabase, id: AttemptId, moved: bigint | null): Promise<void> {
  await inTransaction(database, async (tx) => {
    if (moved === null) {
      await tx.attempts.move(id, 'prepared', 'withdrawn', {});
      await tx.budgets.release(id);
      return;
    }
    await tx.attempts.move(id, 'prepared', 'signed', { wire: new Uint8Array([1]), signature: id });
    await tx.attempts.move(id, 'signed', 'finalized', {});
    await tx.budgets.settle(id, moved);
  });
}
