import type { Attempt, AuditEntry, Credential, FrozenWallet } from '@countersign/core';
import type { AuditEntryView, CredentialView, FrozenView, SignedBytesView } from '@countersign/sdk';
import { momentOf, momentOrNull } from './moment.ts';
import { walletView } from './wallet-view.ts';

export function credentialView(credential: Credential): CredentialView {
  const { id, role, walletId, owner, label, createdAtMs, revokedAtMs, expiresAtMs } = credential;
  return {
    id,
    role,
    wallet: walletId,
    owner,
    label,
    createdAt: momentOf(createdAtMs),
    revokedAt: momentOrNull(revokedAtMs),
    expiresAt: momentOrNull(expiresAtMs),
  };
}

export function auditEntryView(entry: AuditEntry): AuditEntryView {
  const { chain, sequence, atMs, actor, action, subject, details, previousHash, hash } = entry;
  return { chain, sequence: sequence.toString(), at: momentOf(atMs), actor, action, subject, details, previousHash, hash };
}

export function frozenView({ wallet, mayStillLand, signerProblem }: FrozenWallet): FrozenView {
  return {
    wallet: walletView(wallet),
    mayStillLand: mayStillLand.map(signedBytesView),
    signerProblem: signerProblem === null ? null : 'the signer has not suspended the key yet; it is told again until it has',
  };
}

export function signedBytesView({ requestId, signature, state }: Attempt): SignedBytesView {
  return { transaction: requestId, signature, state };
}
