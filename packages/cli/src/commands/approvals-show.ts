import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';
import { checkedJson, checkedLines } from '../output/checked-lines.ts';
import { decisionLines, transactionLines } from '../output/transaction-lines.ts';
import { transactionOf } from '../support/after-approval.ts';
import { fetchAndCheck } from '../support/fetch-and-check.ts';

/** `approvals show`: in the service's words; where an agent's own message waits, also what the prepared bytes do, read here. */
const approvalsShow: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const approval = await answered(client.value.getApproval(invocation.args[0] ?? ''));
  if (!approval.ok) return approval;
  const found = await transactionOf(client.value, approval.value);
  if (!found.ok) return found;
  const transaction = found.value;
  const lines = [...approvalLines({ ...approval.value, effects: transaction === null ? approval.value.effects : [] })];
  if (transaction !== null)
    lines.push('', ...transactionLines(transaction), '', ...decisionLines({ ...transaction.decision, budgets: [] }));
  if (approval.value.state !== 'waiting' || transaction?.message == null) return answer({ ...approval.value, payment: transaction }, lines);
  const fetched = await fetchAndCheck(client.value, invocation.world, approval.value, null);
  if (!fetched.ok && fetched.error.code === 'refused_to_sign') return fetched;
  const bytes = fetched.ok ? checkedLines(fetched.value.checked[0]) : [`! the bytes could not be read: ${fetched.error.message}`];
  const toSign = fetched.ok ? checkedJson(fetched.value.checked[0]) : null;
  return answer({ ...approval.value, payment: transaction, toSign }, [...lines, '', ...bytes]);
};
export default approvalsShow;
