import {
  type AssetOutflow,
  formatUnits,
  isAddress,
  type RequestId,
  sha256Hex,
  statementLine,
  type WalletAddresses,
} from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { describeEffect } from '@countersign/solana/decode';
import { askedClaims } from './asked-transaction.ts';
import { readBase64 } from './check-message.ts';
import { checkStatement } from './check-statement.ts';
import type { Problems } from './collect-problems.ts';
import { readIntent } from './read-intent.ts';
import type { Findings } from './reviewed.ts';

/**
 * INVARIANT I6: a delayed payment that shall go before its moment. The agent pays it alone, so nothing is signed but the statement: it must be over
 * exactly the bytes of what the vault shall do, and those must do exactly one thing: pay what the agent asked.
 */
export function checkDelayed(prepared: PreparedView, addresses: WalletAddresses, nowMs: number, problems: Problems): Findings | null {
  const { transaction, approval, inForce } = prepared;
  problems.expect(prepared.messages.length === 0, 'a delayed payment goes without a transaction of yours, and one was prepared');
  problems.expect(prepared.policy === null, 'a delayed payment comes with a policy');
  if (transaction === null || inForce === null) {
    problems.add('the service does not say which payment this is, or under which policy');
    return null;
  }
  problems.expect(transaction.id === approval.transaction, `the approval is about ${approval.transaction}, not ${transaction.id}`);
  problems.expect(transaction.wallet === approval.wallet, 'the transaction is of another wallet than the approval');
  problems.expect(sha256Hex(inForce.text) === inForce.policySha256, 'the policy in force is not the document that its hash names');
  const bytes = readBase64(prepared.intent ?? '');
  const recipients = transaction.recipient !== null && isAddress(transaction.recipient) ? [transaction.recipient] : [];
  const effects = bytes === null ? null : readIntent(bytes, addresses, recipients);
  const done = effects?.filter(({ kind }) => kind !== 'fee') ?? [];
  const [outflow] = done;
  if (bytes === null || !outflow || done.length !== 1 || outflow.kind !== 'asset_outflow') {
    problems.add(`a payment does one thing, and these bytes do this: ${done.map(describeEffect).join(' ') || 'nothing that can be read'}`);
    return null;
  }
  checkOutflow(outflow, transaction, addresses, problems);
  const messageSha256 = sha256Hex(bytes);
  const statement = checkStatement(
    prepared.statement,
    {
      ...{ action: 'approve-request', network: prepared.network, wallet: addresses.multisig, request: transaction.id as RequestId },
      ...{ policySha256: inForce.policySha256, messageSha256, effects: [statementLine(describeEffect(outflow))] },
    },
    nowMs,
    problems,
  );
  return {
    messages: [],
    summary: [
      `Lets the agent pay now, before its moment: ${formatUnits(outflow.amount, outflow.decimals)} ${outflow.asset} (${outflow.amount} base units)`,
      `to   ${outflow.destination}`,
      '',
      describeEffect(outflow),
      '',
      `intent SHA-256  ${messageSha256}`,
      `statement good until ${statement === null ? 'never' : new Date(statement.expiresAtMs).toISOString()}`,
    ],
    notUnderstood: [],
    pinned: messageSha256,
    warnings: [],
    claims: askedClaims(transaction),
  };
}

function checkOutflow(
  outflow: AssetOutflow,
  { asset, amount, recipient }: NonNullable<PreparedView['transaction']>,
  { vault }: WalletAddresses,
  problems: Problems,
): void {
  problems.expect(outflow.source === vault, `the money comes from ${outflow.source}, not from the vault ${vault}`);
  problems.expect(outflow.hazards.length === 0, `the amount cannot be relied on: ${outflow.hazards.join('; ')}`);
  const same = outflow.asset === asset && outflow.amount.toString() === amount && outflow.destination === recipient;
  problems.expect(same, `the agent asked for ${amount} of ${asset} to ${recipient}; the bytes do this: ${describeEffect(outflow)}`);
}
