import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';
import { chooseApproval } from '../support/choose-approval.ts';

const reject: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const approval = await chooseApproval(client.value, invocation, invocation.args[0]);
  if (!approval.ok) return approval;
  const reason = text(invocation, 'reason');
  const rejected = await answered(client.value.reject(approval.value.id, reason === undefined ? {} : { reason }));
  return rejected.ok ? answer(rejected.value, ['✓ rejected', '', ...approvalLines(rejected.value)]) : rejected;
};
export default reject;
