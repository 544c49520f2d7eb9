import {
  type Address,
  type AssetOutflow,
  type Effect,
  formatUnits,
  type Governance,
  isAddress,
  type WalletAddresses,
} from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { describeEffect } from '@countersign/solana/decode';
import { checkMessage } from './check-message.ts';
import type { Problems } from './collect-problems.ts';
import type { Checked } from './reviewed.ts';

type Findings = Pick<Checked, 'messages' | 'summary' | 'warnings' | 'claims'>;

/** A countersigned payment: exactly one outflow of the vault, by one proposal that begins and ends in this message, as the agent asked. */
export function checkPayment(prepared: PreparedView, addresses: WalletAddresses, problems: Problems): Findings | null {
  const asked = prepared.transaction;
  problems.expect(prepared.statement === null, 'a payment comes with a statement, which would consent to something else');
  problems.expect(prepared.policy === null, 'a payment comes with a policy');
  problems.expect(prepared.messages.length === 1, `a payment is one transaction, and ${prepared.messages.length} were prepared`);
  if (asked === null) problems.add('the service does not say which payment this is');
  const [base64] = prepared.messages;
  if (asked === null || base64 === undefined) return null;
  problems.expect(asked.id === prepared.approval.transaction, `the approval is about ${prepared.approval.transaction}, not ${asked.id}`);
  problems.expect(asked.wallet === prepared.approval.wallet, 'the payment is of another wallet than the approval');
  const message = checkMessage(
    base64,
    0,
    { addresses, otherSigners: [addresses.agent], candidateRecipients: isAddress(asked.recipient) ? [asked.recipient] : [], assets: [] },
    problems,
  );
  if (message === null) return null;
  const { effects } = message;
  const outflow = onlyOutflow(effects, addresses.vault, problems);
  checkProposal(effects, addresses, problems);
  const memos = effects.filter((effect) => effect.kind === 'memo');
  problems.expect(memos.length <= 1 && (memos[0]?.text ?? null) === asked.memo, 'the memo in the bytes is not the one that was asked');
  if (outflow === null) return null;
  checkCreations(effects, outflow, problems);
  const same = outflow.asset === asked.asset && outflow.amount.toString() === asked.amount && outflow.destination === asked.recipient;
  problems.expect(
    same,
    `the agent asked for ${asked.amount} of ${asked.asset} to ${asked.recipient}; the bytes do this: ${describeEffect(outflow)}`,
  );
  return {
    messages: [message],
    summary: [
      `Pays ${formatUnits(outflow.amount, outflow.decimals)} ${outflow.asset} (${outflow.amount} base units)`,
      `to   ${outflow.destination}`,
      '',
      ...shown(effects),
    ],
    warnings: [],
    claims: [
      `Request ${asked.id}, made ${asked.createdAt}, under policy revision ${asked.policyRevision ?? 'none'}.`,
      ...asked.decision.violations.map(({ rule, message: words }) => `It came to you because (${rule}): ${words}`),
    ],
  };
}

/** The sentences of the effects, without the steps of the proposal, which are checked and always the same. */
function shown(effects: readonly Effect[]): readonly string[] {
  return effects.filter(({ kind }) => kind !== 'governance').map(describeEffect);
}

function onlyOutflow(effects: readonly Effect[], vault: Address, problems: Problems): AssetOutflow | null {
  const outflows = effects.filter((effect) => effect.kind === 'asset_outflow');
  const [only] = outflows;
  if (!only || outflows.length !== 1) {
    problems.add(`a payment moves money once, and these bytes do it ${outflows.length} times: ${outflows.map(describeEffect).join(' ')}`);
    return null;
  }
  problems.expect(only.source === vault, `the money comes from ${only.source}, not from the vault ${vault}`);
  problems.expect(only.spendingLimit === null, "the payment uses a spending limit, which does not need the owner's signature");
  problems.expect(only.destination !== null, `the money goes to token account ${only.destinationAccount}, whose wallet is not known`);
  return only;
}

/** Propose, approve by agent and owner, execute and close, of one and the same proposal of this wallet, and nothing else. */
function checkProposal(effects: readonly Effect[], { multisig, agent, owner }: WalletAddresses, problems: Problems): void {
  const steps = effects.filter((effect): effect is Governance => effect.kind === 'governance');
  const spelled = steps.map((step) => `${step.action} ${'member' in step ? (step.member ?? '-') : '?'}`);
  const expected = [`propose ${agent}`, `approve ${agent}`, `approve ${owner}`, `execute ${agent}`, 'close -'];
  const complete = spelled.length === expected.length && [...spelled].sort().join() === [...expected].sort().join();
  problems.expect(
    complete,
    `the proposal is not made, approved by agent and owner, executed and closed exactly once, but: ${spelled.join(', ') || 'nothing'}`,
  );
  for (const step of steps) problems.expect(step.wallet === multisig, `a step belongs to another wallet, ${step.wallet}`);
  const indexes = new Set(steps.map((step) => ('index' in step ? step.index : null)));
  problems.expect(indexes.size === 1 && !indexes.has(null), 'the steps are of different proposals');
}

/** Only the token account that receives the money may be created. */
function checkCreations(effects: readonly Effect[], outflow: AssetOutflow, problems: Problems): void {
  for (const effect of effects)
    if (effect.kind === 'account_creation')
      problems.expect(
        effect.account === outflow.destinationAccount && outflow.destinationAccount !== outflow.destination,
        `the payment creates an account that it does not need: ${describeEffect(effect)}`,
      );
}
