import { type Address, type AssetOutflow, type Effect, formatUnits, isAddress, type WalletAddresses } from '@countersign/core';
import { describeEffect } from '@countersign/solana/decode';
import { type AskedTransaction, askedClaims } from './asked-transaction.ts';
import { checkMessage, expectFeeAccountPays } from './check-message.ts';
import { checkProposal } from './check-proposal.ts';
import type { Problems } from './collect-problems.ts';
import type { Findings } from './reviewed.ts';

const KINDS: readonly Effect['kind'][] = ['fee', 'account_creation', 'governance', 'memo', 'asset_outflow'];

/** A countersigned payment: exactly one outflow of the vault, by one proposal that begins and ends in this message, as the agent asked. */
export function checkPayment(asked: AskedTransaction, addresses: WalletAddresses, problems: Problems): Findings | null {
  const { base64, transaction } = asked;
  const recipients = transaction.recipient !== null && isAddress(transaction.recipient) ? [transaction.recipient] : [];
  const expected = { addresses, otherSigners: [addresses.agent], candidateRecipients: recipients, assets: [], kinds: KINDS };
  const message = checkMessage(base64, 0, expected, problems);
  if (message === null) return null;
  const { effects } = message;
  const outflow = onlyOutflow(effects, addresses.vault, problems);
  checkProposal(effects, addresses, problems);
  const memos = effects.filter((effect) => effect.kind === 'memo');
  problems.expect(
    memos.length <= 1 && (memos[0]?.text ?? null) === transaction.memo,
    'the memo in the bytes is not the one that was asked',
  );
  if (outflow === null) return null;
  checkCreations(effects, outflow, addresses, problems);
  const { asset, amount, recipient } = transaction;
  const same = outflow.asset === asset && outflow.amount.toString() === amount && outflow.destination === recipient;
  problems.expect(same, `the agent asked for ${amount} of ${asset} to ${recipient}; the bytes do this: ${describeEffect(outflow)}`);
  return {
    messages: [message],
    summary: [
      `Pays ${formatUnits(outflow.amount, outflow.decimals)} ${outflow.asset} (${outflow.amount} base units)`,
      `to   ${outflow.destination}`,
      '',
      ...shown(effects),
    ],
    notUnderstood: [],
    pinned: null,
    warnings: [],
    claims: askedClaims(transaction),
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
  problems.expect(only.hazards.length === 0, `the amount cannot be relied on: ${only.hazards.join('; ')}`);
  problems.expect(only.destination !== null, `the money goes to token account ${only.destinationAccount}, whose wallet is not known`);
  return only;
}

/** Only the token account that receives the money may be created. */
function checkCreations(effects: readonly Effect[], outflow: AssetOutflow, addresses: WalletAddresses, problems: Problems): void {
  for (const effect of effects) {
    if (effect.kind !== 'account_creation') continue;
    expectFeeAccountPays(effect, addresses, problems);
    problems.expect(
      effect.account === outflow.destinationAccount && outflow.destinationAccount !== outflow.destination,
      `the payment creates an account that it does not need: ${describeEffect(effect)}`,
    );
  }
}
