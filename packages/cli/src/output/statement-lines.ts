import type { OwnerStatement } from '@countersign/core';
import { facts } from './table.ts';

/** What a statement does, in plain words; its text says it exactly. */
function meaningOf(statement: OwnerStatement): string {
  switch (statement.action) {
    case 'freeze':
      return 'Stops the wallet at once: nothing more is signed for its agent.';
    case 'veto-request':
      return `Says no to the transaction ${statement.request}, which then never happens.`;
    case 'unfreeze':
      return 'Lets the agent of the wallet pay again, under the policy that is in force.';
    case 'resume-signer':
      return 'Lets the signer sign for the wallet again.';
    case 'approve-request':
      return `Lets the transaction ${statement.request} go, which does exactly this: ${statement.effects.join(' ')}`;
    case 'install-policy':
      return `Puts policy revision ${statement.revision} in force.`;
    case 'rotate-agent-key':
      return `Replaces the agent key ${statement.oldAgent} by ${statement.newAgent}, with policy revision ${statement.revision}.`;
    case 'replace-owner-key':
      return `Replaces the OWNER key ${statement.oldOwner} by ${statement.newOwner}, with policy revision ${statement.revision}.`;
    case 'destroy-key':
      return `Destroys the agent key ${statement.agent}.`;
  }
}

export function statementLines(statement: OwnerStatement, nowMs: number): readonly string[] {
  const { network, wallet, expiresAtMs } = statement;
  return [
    meaningOf(statement),
    '',
    ...facts([
      ['wallet (multisig)', wallet],
      ['network', network],
      ['good until', `${new Date(expiresAtMs).toISOString()}${expiresAtMs < nowMs ? ' (it has ended)' : ''}`],
    ]),
  ];
}
