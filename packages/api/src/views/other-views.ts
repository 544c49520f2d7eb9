import type { AuditEntry, Credential, FrozenWallet } from '@countersign/core';
import type { AuditEntryView, CredentialView, FrozenView } from '@countersign/sdk';
import { momentOf, momentOrNull } from './moment.ts';
import { walletView } from './wallet-view.ts';

export function credentialView(credential: Credential): CredentialView {
  const { id, role, walletId, label, createdAtMs, revokedAtMs } = credential;
  return { id, role, wallet: walletId, label, createdAt: momentOf(createdAtMs), revokedAt: momentOrNull(revokedAtMs) };
}

export function auditEntryView(entry: AuditEntry): AuditEntryView {
  const { chain, sequence, atMs, actor, action, subject, details, previousHash, hash } = entry;
  return { chain, sequence: sequence.toString(), at: momentOf(atMs), actor, action, subject, details, previousHash, hash };
}

export function frozenView({ wallet, mayStillLand, signerProblem }: FrozenWallet): FrozenView {
  return {
    wallet: walletView(wallet),
    mayStillLand: mayStillLand.map(({ requestId, signature, state }) => ({ transaction: requestId, signature, state })),
    signerProblem: signerProblem === null ? null : 'the signer has not suspended the key yet; it is told again until it has',
  };
}
