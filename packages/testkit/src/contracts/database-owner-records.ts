import { randomBytes } from 'node:crypto';
import {
  type Address,
  type Approval,
  type ApprovalKind,
  type IDatabase,
  type Kit,
  type KitPurpose,
  makeId,
  type PolicyRevision,
  type Tightening,
  type Wallet,
  type WalletChange,
  type WalletId,
  type WalletKey,
} from '@countersign/core';
import { createTestKey } from '../test-key.ts';
import { committed } from './database-records.ts';

/** Records of the owner's half for the suite: whole, valid, and each of its own. */
const BEGAN_MS = 1_700_000_000_000;
const SHA256 = 'a'.repeat(64);

export function aRevision(walletId: WalletId, change: Partial<PolicyRevision> = {}): PolicyRevision {
  return {
    ...{ walletId, revision: 1, state: 'proposed', text: '{"signed":true}', policySha256: SHA256, tightening: null },
    ...{ bounds: Uint8Array.of(1), boundsSha256: SHA256, limits: [], createdAtMs: BEGAN_MS, activatedAtMs: null },
    ...change,
  };
}

export function aTightening(number: number): Tightening {
  return { number, text: `{"tightening":${number}}`, policySha256: SHA256, actor: 'crd_operator', atMs: BEGAN_MS + number };
}

export function aKey(walletId: WalletId, change: Partial<WalletKey> = {}): WalletKey {
  return {
    id: makeId('key', Date.now(), randomBytes(10)),
    ...{ walletId, role: 'agent', address: createTestKey().address, state: 'generating', createdAtMs: BEGAN_MS },
    ...{ activatedAtMs: null, dueAtMs: null, rotationReason: null, endedAtMs: null },
    ...change,
  };
}

export function aChange({ recovery, feeAccount }: Wallet, change: Partial<WalletChange> = {}): WalletChange {
  return { agent: null, owner: null, recovery, feeAccount, consentOf: 'owner', reason: 'manual', ...change };
}

export function anOwnerApproval(walletId: WalletId, kind: ApprovalKind, change: WalletChange | null): Approval {
  return {
    id: makeId('approval', Date.now(), randomBytes(10)),
    ...{ walletId, kind, state: 'waiting', requestId: null, policyRevision: null, change, prepared: null, problem: null },
    ...{ createdAtMs: BEGAN_MS, expiresAtMs: BEGAN_MS + 600_000, releasesAtMs: null },
  };
}

export function aKit({ id: approvalId, walletId }: Approval, purpose: KitPurpose, change: Partial<Kit> = {}): Kit {
  return {
    id: makeId('kit', Date.now(), randomBytes(10)),
    ...{ walletId, approvalId, purpose, part: 0, state: 'waiting', nonceAccount: createTestKey().address },
    nonce: createTestKey().address,
    limits: purpose === 'lockdown' ? [createTestKey().address] : [],
    message: new Uint8Array(randomBytes(32)),
    ...{ sealedSignature: null, wire: null, signature: null, problem: null, createdAtMs: BEGAN_MS },
    ...change,
  };
}

/** A rotation to another agent key that the owner consented to, and that is being carried out. */
export async function beginRotation(
  database: IDatabase,
  wallet: Wallet,
): Promise<{ readonly approval: Approval; readonly agent: Address }> {
  const agent = createTestKey().address;
  const approval = anOwnerApproval(wallet.id, 'rotate_agent_key', aChange(wallet, { agent }));
  await committed(database, async (tx) => {
    await tx.approvals.insert(approval);
    await tx.approvals.move(approval.id, 'waiting', 'executing', {});
    await tx.wallets.setRekeying(wallet.id, null, approval.id);
  });
  return { approval, agent };
}
