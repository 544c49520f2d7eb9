import { randomBytes } from 'node:crypto';
import {
  type Address,
  type Approval,
  type Attempt,
  assetMeter,
  type Credential,
  type Decision,
  FEES_METER,
  type Holding,
  type Meter,
  makeId,
  NATIVE_ASSET,
  type PolicyRevision,
  type RequestId,
  TRANSACTIONS_METER,
  type TransactionRequest,
  type Wallet,
  type WalletId,
} from '@countersign/core';

export const SOL_METER: Meter = assetMeter(NATIVE_ASSET);

/** Records for tests of this package: whole, valid, and each of its own. */
export const anAddress = (): Address => randomBytes(24).toString('hex').slice(0, 44) as Address;

export function aWallet(change: Partial<Wallet> = {}): Wallet {
  return {
    id: makeId('wallet', Date.now(), randomBytes(10)),
    name: 'Test wallet',
    state: 'active',
    multisig: anAddress(),
    vault: anAddress(),
    owner: anAddress(),
    agent: anAddress(),
    createKey: anAddress(),
    feeAccount: anAddress(),
    recovery: null,
    policyRevision: null,
    timeLockSeconds: 0,
    frozenReason: null,
    rekeyingBy: null,
    createdAtMs: 1_700_000_000_000,
    ...change,
  };
}

export function aCredential(walletId: WalletId, change: Partial<Credential> = {}): Credential {
  return {
    id: makeId('credential', Date.now(), randomBytes(10)),
    role: 'agent',
    walletId,
    owner: null,
    label: 'agent one',
    createdAtMs: 1_700_000_000_000,
    revokedAtMs: null,
    expiresAtMs: null,
    ...change,
  };
}

export function aPolicy(walletId: WalletId, change: Partial<PolicyRevision> = {}): PolicyRevision {
  return {
    walletId,
    revision: 1,
    state: 'proposed',
    text: '{"version":1}',
    policySha256: 'a'.repeat(64),
    tightening: null,
    bounds: new Uint8Array([1, 2, 3]),
    boundsSha256: 'b'.repeat(64),
    limits: [
      {
        asset: NATIVE_ASSET,
        amount: 2n ** 64n - 1n,
        periodSeconds: 86_400,
        destinations: [anAddress()],
        createKey: anAddress(),
        spendingLimit: anAddress(),
        decimals: 9,
      },
    ],
    createdAtMs: 1_700_000_000_000,
    activatedAtMs: null,
    ...change,
  };
}

export const aDecision: Decision = {
  verdict: 'allowed',
  route: 'autonomous',
  delaySeconds: 60,
  policyRevision: 1,
  objections: [{ rule: 'window', outcome: 'needs_owner', message: 'too much', details: { limit: '5', count: 2, none: null } }],
  budgets: [
    {
      of: 'group dollars',
      terms: [{ meter: SOL_METER, weight: 2n ** 70n }],
      scope: 'owner',
      windowSeconds: 86_400,
      limitKind: 'ceiling',
      limit: 2n ** 64n - 1n,
      used: 3n,
      remaining: 2n ** 64n - 4n,
      asked: 2n ** 80n,
      comesBackAtMs: null,
    },
  ],
  decidedAtMs: 1_700_000_000_000,
  slot: 2n ** 63n,
  chainTimeMs: 1_700_000_000_001,
};

export function aRequest(walletId: WalletId, credential: Credential, change: Partial<TransactionRequest> = {}): TransactionRequest {
  return {
    id: makeId('request', Date.now(), randomBytes(10)),
    walletId,
    credentialId: credential.id,
    state: 'approved',
    action: {
      kind: 'payment',
      payment: { asset: NATIVE_ASSET, amount: 2n ** 64n - 1n, recipient: anAddress(), memo: 'für Miete 🏠' },
    },
    effects: ['Send 5 SOL', 'Pay a “fee”'],
    route: 'autonomous',
    decision: aDecision,
    intent: null,
    signature: null,
    problem: null,
    createdAtMs: 1_700_000_000_000,
    updatedAtMs: 1_700_000_000_000,
    ...change,
  };
}

/** What a payment of SOL holds. */
export function aHolding(amount: bigint, alone = true): Holding {
  return {
    alone,
    amounts: [
      { meter: TRANSACTIONS_METER, amount: 1n },
      { meter: FEES_METER, amount: 5_000n },
      { meter: SOL_METER, amount },
    ],
  };
}

export function anAttempt(walletId: WalletId, requestId: RequestId | null, change: Partial<Attempt> = {}): Attempt {
  return {
    id: makeId('attempt', Date.now(), randomBytes(10)),
    walletId,
    requestId,
    approvalId: null,
    step: 0,
    state: 'prepared',
    message: new Uint8Array(randomBytes(64)),
    lastValidBlockHeight: 2n ** 64n - 1n,
    wire: null,
    signature: null,
    holding: aHolding(1_000n),
    problem: null,
    createdAtMs: 1_700_000_000_000,
    ...change,
  };
}

export function anApproval(walletId: WalletId, requestId: RequestId | null, change: Partial<Approval> = {}): Approval {
  return {
    id: makeId('approval', Date.now(), randomBytes(10)),
    walletId,
    kind: requestId === null ? 'unfreeze' : 'approve_payment',
    state: 'waiting',
    requestId,
    policyRevision: 1,
    change: null,
    prepared: null,
    problem: null,
    createdAtMs: 1_700_000_000_000,
    expiresAtMs: 1_700_000_600_000,
    releasesAtMs: null,
    ...change,
  };
}
