import { createClaims } from '../message/claims.ts';
import { parseMessage } from '../message/parse-message.ts';
import { splitMessage } from '../message/plain-instructions.ts';
import { SYSTEM_PROGRAM } from '../message/programs.ts';
import type { SquadsName } from '../message/squads-accounts.ts';
import { readSquads } from '../message/squads-instruction.ts';
import { Refused } from '../refusal.ts';
import { assertSigners } from './assert-signers.ts';
import type { SigningContext } from './signing-context.ts';

const CANCELS: readonly SquadsName[] = ['proposalCancel', 'proposalCancelV2'];

/**
 * Shape 4: the agent takes back its voice; one or more `proposalReject` or `proposalCancel` of this wallet, nothing that pays. The owner may cancel beside the
 * agent, since an approved proposal ends only when both do.
 */
export function matchStepBack(bytes: Uint8Array, context: SigningContext): void {
  const message = parseMessage(bytes);
  const claims = createClaims(message);
  const { feeLamports, creates, others } = splitMessage(message, claims);
  if (creates.length > 0 || others.length === 0) throw new Refused('unknown_shape', 'is not only rejections and cancellations');
  let ownerSigns = false;
  for (const instruction of others) {
    const step = readSquads(message, instruction, claims);
    if (step.name !== 'proposalReject' && !CANCELS.includes(step.name))
      throw new Refused('unknown_shape', 'is not a rejection or cancellation', step.at);
    if (step.account('multisig') !== context.multisig) throw new Refused('wrong_wallet', 'is of another multisig', step.at);
    const member = step.account('member');
    const owners = member === context.owner && CANCELS.includes(step.name);
    if (member !== context.agent && !owners) throw new Refused('wrong_wallet', 'is not by this agent', step.at);
    ownerSigns ||= owners;
    const proposal = step.account('proposal');
    if ([context.agent, context.owner, context.feeAccount, context.vault].includes(proposal))
      throw new Refused('unknown_shape', 'names no proposal', step.at);
    if (step.roles.has('systemProgram') && step.account('systemProgram') !== SYSTEM_PROGRAM)
      throw new Refused('unknown_shape', 'names another system program', step.at);
  }
  claims.assertExact();
  assertSigners(message, [context.feeAccount, context.agent, ...(ownerSigns ? [context.owner] : [])]);
  if (feeLamports > context.bounds.feeCapLamports) throw new Refused('fee_too_high', 'the fee is over the cap of the bounds');
}
