import { isAddress } from '@countersign/core';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { type Handler, type Invocation, required, text } from '../invocation.ts';
import { answer, type Failure, misuse } from '../outcome.ts';
import { walletLines } from '../output/wallet-lines.ts';
import { good, type Result } from '../result.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';

const walletCreate: Handler = async (invocation) => {
  const policy = readPolicyFile(invocation.world.cwd, required(invocation, 'policy'));
  if (!policy.ok) return policy;
  const owner = await readOwnerOption(invocation);
  if (!owner.ok) return owner;
  const recovery = text(invocation, 'recovery');
  if (recovery !== undefined && !isAddress(recovery))
    return misuse(`--recovery "${recovery}" is not an address`, 'give that of the recovery key');
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const asked = { name: required(invocation, 'name'), owner: owner.value, policy: policy.value.text };
  const created = await answered(client.value.createWallet(recovery === undefined ? asked : { ...asked, recovery }));
  if (!created.ok) return created;
  const { wallet, approval } = created.value;
  return answer(created.value, [
    ...walletLines(wallet).slice(0, -2),
    '',
    `the owner makes it real with: countersign approve ${approval.id} --watch`,
    'Afterwards sign ahead of need what stops the agent while you sleep: countersign kits arm',
    ...(recovery === undefined ? [] : ['and what hands the wallet over when the owner key is lost: countersign owner recovery-kit']),
  ]);
};
export default walletCreate;

/** `--owner`, or the public key of the owner key that is chosen. */
async function readOwnerOption(invocation: Invocation): Promise<Result<string, Failure>> {
  const owner = text(invocation, 'owner');
  const chosen = ['ownerKey', 'kms', 'pkcs11'].some((name) => text(invocation, name) !== undefined);
  if (owner !== undefined && !chosen) return good(owner);
  if (owner !== undefined || !chosen) return misuse('the owner is needed once', 'give either --owner or --owner-key');
  const { findKey } = await import('../owner-key/open-key.ts');
  const found = await findKey(invocation);
  if (!found.ok) return found;
  await found.value.close();
  return good(found.value.owner);
}
