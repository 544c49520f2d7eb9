import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { policyChangeLines } from '../output/policy-change-lines.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';

/** `policy tighten FILE`: by the operator alone, at once; a document that allows more anywhere is refused with what loosens. */
const policyTighten: Handler = async (invocation) => {
  const [file = ''] = invocation.args;
  const policy = readPolicyFile(invocation.world.cwd, file);
  if (!policy.ok) return policy;
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const { text } = policy.value;
  const diff = await answered(client.value.diffPolicy(wallet.value, { policy: text }));
  if (!diff.ok) return diff;
  const tightened = await answered(client.value.tightenPolicy(wallet.value, { policy: text }));
  if (!tightened.ok) return { ok: false, error: { ...tightened.error, details: policyChangeLines(diff.value.changes) } };
  const { revision, tightening } = tightened.value;
  return answer({ ...tightened.value, changes: diff.value.changes }, [
    ...policyChangeLines(diff.value.changes),
    '',
    `✓ in force: revision ${revision}, tightened for the ${tightening?.number ?? 0}. time. The owner's bounds and the limits on chain stay as they were signed.`,
    'Only the owner takes it back, by signing another revision: countersign policy propose',
  ]);
};
export default policyTighten;
