import type { PreparedView, TransactionView } from '@countersign/sdk';
import type { Problems } from './collect-problems.ts';

/** The one transaction that an approval is about: the bytes, and what the service says that the agent asked. */
export interface AskedTransaction {
  readonly base64: string;
  readonly transaction: TransactionView;
}

/** What holds for every transaction of an agent that the owner countersigns. */
export function readAsked(prepared: PreparedView, problems: Problems): AskedTransaction | null {
  const { transaction, approval, messages } = prepared;
  problems.expect(prepared.statement === null, 'a transaction comes with a statement, which would consent to something else');
  problems.expect(prepared.policy === null, 'a transaction comes with a policy');
  problems.expect(messages.length === 1, `it is one transaction, and ${messages.length} were prepared`);
  if (transaction === null) problems.add('the service does not say which transaction this is');
  const [base64] = messages;
  if (transaction === null || base64 === undefined) return null;
  problems.expect(transaction.id === approval.transaction, `the approval is about ${approval.transaction}, not ${transaction.id}`);
  problems.expect(transaction.wallet === approval.wallet, 'the transaction is of another wallet than the approval');
  return { base64, transaction };
}

/** The service's words about it. */
export function askedClaims({ id, createdAt, policyRevision, decision, releasesAt }: TransactionView): readonly string[] {
  return [
    `Request ${id}, made ${createdAt}, under policy revision ${policyRevision ?? 'none'}.`,
    ...(releasesAt === null ? [] : [`It goes without you ${releasesAt}, unless it is rejected before.`]),
    ...decision.violations.map(({ rule, message }) => `It came to you because (${rule}): ${message}`),
  ];
}
