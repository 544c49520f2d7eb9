import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';

const unfreeze: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const approval = await answered(client.value.requestUnfreeze(wallet.value));
  if (!approval.ok) return approval;
  return answer(approval.value, [
    ...approvalLines(approval.value),
    '',
    `the owner signs it with: countersign approve ${approval.value.id}`,
  ]);
};
export default unfreeze;
