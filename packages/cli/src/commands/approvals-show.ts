import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';
import { decisionLines, transactionLines } from '../output/transaction-lines.ts';
import { transactionOf } from '../support/after-approval.ts';

const approvalsShow: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const approval = await answered(client.value.getApproval(invocation.args[0] ?? ''));
  if (!approval.ok) return approval;
  const transaction = await transactionOf(client.value, approval.value);
  if (!transaction.ok) return transaction;
  const payment =
    transaction.value === null
      ? []
      : [
          '',
          ...transactionLines(transaction.value),
          '',
          ...decisionLines({ violations: transaction.value.decision.violations, budgets: [] }),
        ];
  return answer({ ...approval.value, payment: transaction.value }, [...approvalLines(approval.value), ...payment]);
};
export default approvalsShow;
