import { randomBytes } from 'node:crypto';
import {
  type Address,
  type Approval,
  type Attempt,
  assetMeter,
  type Credential,
  type Decision,
  type IDatabase,
  type ITransaction,
  makeId,
  NATIVE_ASSET,
  ok,
  type TransactionRequest,
  type Wallet,
  type WalletId,
} from '@countersign/core';
import { createTestKey } from '../test-key.ts';
import { must } from './must.ts';

/** Records for the suite: whole, valid, and each of its own. */
const BEGAN_MS = 1_700_000_000_000;
const newAddress = (): Address => createTestKey().address;

export function aWallet(change: Partial<Wallet> = {}): Wallet {
  return {
    id: makeId('wallet', Date.now(), randomBytes(10)),
    ...{ name: 'Contract wallet', state: 'active', policyRevision: null, timeLockSeconds: 0, frozenReason: null, createdAtMs: BEGAN_MS },
    ...{ recovery: null, rekeyingBy: null },
    ...{
      multisig: newAddress(),
      vault: newAddress(),
      owner: newAddress(),
      agent: newAddress(),
      createKey: newAddress(),
      feeAccount: newAddress(),
    },
    ...change,
  };
}

export function aCredential(walletId: WalletId): Credential {
  const id = makeId('credential', Date.now(), randomBytes(10));
  return { id, role: 'agent', walletId, owner: null, label: 'agent', createdAtMs: BEGAN_MS, revokedAtMs: null, expiresAtMs: null };
}

const DECISION: Decision = {
  ...{ verdict: 'allowed', route: 'autonomous', delaySeconds: null, policyRevision: 1, objections: [], budgets: [] },
  ...{ decidedAtMs: BEGAN_MS, slot: null, chainTimeMs: null },
};

export function aRequest(credential: Credential, change: Partial<TransactionRequest> = {}): TransactionRequest {
  const { id: credentialId, walletId } = credential;
  if (walletId === null) throw new TypeError('the credential is for no wallet');
  return {
    id: makeId('request', Date.now(), randomBytes(10)),
    ...{ walletId, credentialId, state: 'approved', effects: [], route: 'autonomous', decision: DECISION, intent: null },
    action: { kind: 'payment', payment: { asset: NATIVE_ASSET, amount: 5n, recipient: newAddress(), memo: null } },
    ...{ signature: null, problem: null, createdAtMs: BEGAN_MS, updatedAtMs: BEGAN_MS },
    ...change,
  };
}

export function anAttempt({ id: requestId, walletId }: TransactionRequest, amount: bigint, change: Partial<Attempt> = {}): Attempt {
  return {
    id: makeId('attempt', Date.now(), randomBytes(10)),
    ...{ walletId, requestId, approvalId: null, step: 0, state: 'prepared', lastValidBlockHeight: 1_000n, wire: null, signature: null },
    message: new Uint8Array(randomBytes(32)),
    holding: { alone: true, amounts: [{ meter: assetMeter(NATIVE_ASSET), amount }] },
    ...{ problem: null, createdAtMs: BEGAN_MS },
    ...change,
  };
}

export function anApproval({ id: requestId, walletId }: TransactionRequest, change: Partial<Approval> = {}): Approval {
  return {
    id: makeId('approval', Date.now(), randomBytes(10)),
    ...{ walletId, kind: 'approve_payment', state: 'waiting', requestId, policyRevision: 1, change: null, prepared: null, problem: null },
    ...{ createdAtMs: BEGAN_MS, expiresAtMs: BEGAN_MS + 600_000, releasesAtMs: null },
    ...change,
  };
}

export interface Payer {
  readonly wallet: Wallet;
  readonly credential: Credential;
}

/** Runs `work` in a transaction that commits. */
export async function committed<T>(database: IDatabase, work: (tx: ITransaction) => Promise<T>): Promise<T> {
  return must(await database.transact(async (tx) => ok(await work(tx))));
}

export async function aPayer(database: IDatabase, change: Partial<Wallet> = {}): Promise<Payer> {
  const wallet = aWallet(change);
  const credential = aCredential(wallet.id);
  await committed(database, async (tx) => {
    await tx.wallets.insert(wallet);
    await tx.credentials.insert(credential, randomBytes(32));
  });
  return { wallet, credential };
}

/** A request with one prepared attempt that holds `amount` since `atMs`. */
export async function aReserved(
  database: IDatabase,
  { credential }: Payer,
  { amount, atMs, alone = true }: { readonly amount: bigint; readonly atMs: number; readonly alone?: boolean },
): Promise<Attempt> {
  const request = aRequest(credential, alone ? {} : { route: 'countersigned' });
  const holding = { alone, amounts: [{ meter: assetMeter(NATIVE_ASSET), amount }] };
  const attempt = anAttempt(request, amount, { holding });
  await committed(database, async (tx) => {
    await tx.wallets.lock(attempt.walletId);
    await tx.requests.insert(request);
    await tx.attempts.insert(attempt);
    await tx.budgets.reserve({ attemptId: attempt.id, walletId: attempt.walletId, holding, atMs });
  });
  return attempt;
}

/** The attempt ends at `atMs`: it landed and moved `moved`, or, with `null`, it never was signed and is withdrawn. */
export async function endReserved(database: IDatabase, { id, walletId }: Attempt, moved: bigint | null, atMs: number): Promise<void> {
  await committed(database, async (tx) => {
    await tx.wallets.lock(walletId);
    if (moved === null) {
      await tx.attempts.move(id, 'prepared', 'withdrawn', {});
      return tx.budgets.release(id);
    }
    await tx.attempts.move(id, 'prepared', 'signed', { wire: Uint8Array.of(1), signature: id });
    await tx.attempts.move(id, 'signed', 'finalized', {});
    return tx.budgets.settle(id, [{ meter: assetMeter(NATIVE_ASSET), amount: moved }], atMs);
  });
}
