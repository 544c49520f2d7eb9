import type { ApprovalView } from '@countersign/sdk';
import { facts, table } from './table.ts';
import { effectLines } from './transaction-lines.ts';

const KINDS: { readonly [Kind in ApprovalView['kind']]: string } = {
  create_wallet: 'create a wallet',
  install_policy: 'install a policy',
  approve_payment: 'countersign a transaction',
  unfreeze: 'unfreeze a wallet',
  rotate_agent_key: 'replace the agent key',
  replace_owner_key: 'replace the OWNER key',
  revoke_agent_key: 'take every right from the agent key and destroy it',
  arm_lockdown: 'sign an emergency lockdown ahead of need',
  make_recovery_kit: 'make a recovery kit',
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
      ...changeFacts(approval),
      ['created', createdAt],
      ['expires', expiresAt],
    ]),
    ...effectLines(approval.effects),
    ...(approval.because.length === 0 ? [] : ['', 'Why it came here:']),
    ...approval.because.map(({ rule, message }) => `! ${rule}: ${message}`),
  ];
}

/** Which keys are to change, in the service's words. */
function changeFacts({ change }: ApprovalView): readonly (readonly [string, string | null])[] {
  if (change === null) return [];
  return [
    ['new agent', change.agent],
    ['NEW OWNER', change.owner],
    ['recovery key then', change.recovery],
    ['signed by', change.consentOf === 'recovery' ? 'the recovery key, in the place of the lost owner key' : 'the owner'],
    ['reason', change.reason?.replaceAll('_', ' ') ?? null],
  ];
}

function whatIsAsked({ kind, releasesAt }: ApprovalView): string {
  return kind === 'approve_payment' && releasesAt !== null ? 'veto a delayed payment, or let it go now' : KINDS[kind];
}
