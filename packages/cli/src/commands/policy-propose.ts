import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { approvalLines } from '../output/approval-lines.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';

const policyPropose: Handler = async (invocation) => {
  const [file = ''] = invocation.args;
  const policy = readPolicyFile(invocation.world.cwd, file);
  if (!policy.ok) return policy;
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const proposed = await answered(client.value.proposePolicy(wallet.value, { policy: policy.value.text }));
  if (!proposed.ok) return proposed;
  const { revision, approval } = proposed.value;
  return answer(proposed.value, [
    `✓ proposed as revision ${revision.revision}; the policy in force stays until the owner has signed`,
    '',
    ...approvalLines(approval),
    '',
    `the owner signs it with: countersign approve ${approval.id} --watch`,
  ]);
};
export default policyPropose;
