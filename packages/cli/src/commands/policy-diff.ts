import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { limitChangeLines, policyChangeLines } from '../output/policy-change-lines.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';

/** `policy diff FILE`: how a document differs from the one in force. Changes nothing. */
const policyDiff: Handler = async (invocation) => {
  const [file = ''] = invocation.args;
  const policy = readPolicyFile(invocation.world.cwd, file);
  if (!policy.ok) return policy;
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const diff = await answered(client.value.diffPolicy(wallet.value, { policy: policy.value.text }));
  if (!diff.ok) return diff;
  const { changes, tightensOnly, limits } = diff.value;
  const next = tightensOnly
    ? `it allows less and nowhere more: an operator may put it in force alone, with countersign policy tighten ${file}`
    : `only the owner puts it in force: countersign policy propose ${file}`;
  return answer(diff.value, [...policyChangeLines(changes), ...limitChangeLines(limits), ...(changes.length === 0 ? [] : ['', next])]);
};
export default policyDiff;
