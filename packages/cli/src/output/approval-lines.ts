import type { ApprovalView } from '@countersign/sdk';
import { facts, table } from './table.ts';

const KINDS: { readonly [Kind in ApprovalView['kind']]: string } = {
  create_wallet: 'create a wallet',
  install_policy: 'install a policy',
  approve_payment: 'countersign a payment',
  unfreeze: 'unfreeze a wallet',
};

export function approvalRows(approvals: readonly ApprovalView[]): readonly string[] {
  return table(
    ['approval', 'what', 'state', 'wallet', 'transaction', 'expires'],
    approvals.map(({ id, kind, state, wallet, transaction, expiresAt }) => [id, KINDS[kind], state, wallet, transaction ?? '-', expiresAt]),
  );
}

export function approvalLines(approval: ApprovalView): readonly string[] {
  const { id, kind, state, wallet, transaction, policyRevision, problem, createdAt, expiresAt } = approval;
  return facts([
    ['approval', id],
    ['what', KINDS[kind]],
    ['state', state],
    ['problem', problem],
    ['wallet', wallet],
    ['transaction', transaction],
    ['policy revision', policyRevision === null ? null : String(policyRevision)],
    ['created', createdAt],
    ['expires', expiresAt],
  ]);
}
