import { randomBytes } from 'node:crypto';
import {
  type Approval,
  type ApprovalKind,
  type Kit,
  type KitPurpose,
  makeId,
  type Tightening,
  type Wallet,
  type WalletChange,
  type WalletId,
  type WalletKey,
} from '@countersign/core';
import { anAddress, anApproval } from './records.ts';

/** Records of the owner's half for tests of this package: whole, valid, and each of its own. */
export function aKey(walletId: WalletId, change: Partial<WalletKey> = {}): WalletKey {
  return {
    id: makeId('key', Date.now(), randomBytes(10)),
    walletId,
    role: 'agent',
    address: anAddress(),
    state: 'generating',
    createdAtMs: 1_700_000_000_000,
    activatedAtMs: null,
    dueAtMs: null,
    rotationReason: null,
    endedAtMs: null,
    ...change,
  };
}

export function aChange({ recovery, feeAccount }: Wallet, change: Partial<WalletChange> = {}): WalletChange {
  return { agent: null, owner: null, recovery, feeAccount, consentOf: 'owner', reason: 'manual', ...change };
}

export function anOwnerApproval(walletId: WalletId, kind: ApprovalKind, change: WalletChange | null): Approval {
  return { ...anApproval(walletId, null), kind, change };
}

export function aKit({ id: approvalId, walletId }: Approval, purpose: KitPurpose, change: Partial<Kit> = {}): Kit {
  return {
    id: makeId('kit', Date.now(), randomBytes(10)),
    walletId,
    approvalId,
    purpose,
    part: 0,
    state: 'waiting',
    nonceAccount: anAddress(),
    nonce: anAddress(),
    limits: purpose === 'lockdown' ? [anAddress()] : [],
    message: new Uint8Array(randomBytes(64)),
    sealedSignature: null,
    wire: null,
    signature: null,
    problem: null,
    createdAtMs: 1_700_000_000_000,
    ...change,
  };
}

export function aTightening(number: number): Tightening {
  return {
    number,
    text: `{"tightening":${number}}`,
    policySha256: 'c'.repeat(64),
    actor: 'crd_operator',
    atMs: 1_700_000_000_000 + number,
  };
}
