import { isAddress } from '@countersign/core';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, type Invocation, text } from '../invocation.ts';
import { answer, type Failure, misuse } from '../outcome.ts';
import { policyChangeLines } from '../output/policy-change-lines.ts';
import { proposedLines } from '../output/proposed-lines.ts';
import { good, type Result } from '../result.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';

const policyPropose: Handler = async (invocation) => {
  const [file = ''] = invocation.args;
  const policy = readPolicyFile(invocation.world.cwd, file);
  if (!policy.ok) return policy;
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const recovery = readRecovery(invocation);
  if (!recovery.ok) return recovery;
  const proposed = await answered(client.value.proposePolicy(wallet.value, { policy: policy.value.text, ...recovery.value }));
  if (!proposed.ok) return proposed;
  const { revision, approval, changes } = proposed.value;
  return answer(proposed.value, [
    ...policyChangeLines(changes),
    '',
    ...proposedLines(approval, `proposed as revision ${revision.revision}; the policy in force stays until the owner has signed`),
  ]);
};
export default policyPropose;

/** `--recovery`: an address, or `none`; without it the recovery key stays what it is. */
function readRecovery(invocation: Invocation): Result<{ readonly recovery?: string | null }, Failure> {
  const given = text(invocation, 'recovery');
  if (given === undefined) return good({});
  if (given === 'none') return good({ recovery: null });
  return isAddress(given) ? good({ recovery: given }) : misuse(`--recovery "${given}" is not an address`, 'give an address, or none');
}
