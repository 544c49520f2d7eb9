import type { ApprovalView } from '@countersign/sdk';
import { facts, table } from './table.ts';
import { effectLines } from './transaction-lines.ts';

const KINDS: { readonly [Kind in ApprovalView['kind']]: string } = {
  create_wallet: 'create a wallet',
  install_policy: 'install a policy',
  approve_payment: 'countersign a transaction',
  unfreeze: 'unfreeze a wallet',
};

export function approvalRows(approvals: readonly ApprovalView[]): readonly string[] {
  return table(
    ['approval', 'what', 'state', 'wallet', 'transaction', 'expires', 'goes without you'],
    approvals.map((approval) => [
      approval.id,
      whatIsAsked(approval),
      approval.state,
      approval.wallet,
      approval.transaction ?? '-',
      approval.expiresAt,
      approval.releasesAt ?? '-',
    ]),
  );
}

export function approvalLines(approval: ApprovalView): readonly string[] {
  const { id, state, wallet, transaction, policyRevision, problem, createdAt, expiresAt, releasesAt } = approval;
  const goes = state === 'waiting' ? releasesAt : null;
  return [
    ...facts([
      ['approval', id],
      ['what', whatIsAsked(approval)],
      ['state', state],
      ['problem', problem],
      ['goes without you', goes],
      ['to veto', goes === null ? null : `countersign reject ${id}`],
      ['wallet', wallet],
      ['transaction', transaction],
      ['policy revision', policyRevision === null ? null : String(policyRevision)],
      ['created', createdAt],
      ['expires', expiresAt],
    ]),
    ...effectLines(approval.effects),
  ];
}

function whatIsAsked({ kind, releasesAt }: ApprovalView): string {
  return kind === 'approve_payment' && releasesAt !== null ? 'veto a delayed payment, or let it go now' : KINDS[kind];
}
