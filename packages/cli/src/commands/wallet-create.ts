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
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const created = await answered(
    client.value.createWallet({ name: required(invocation, 'name'), owner: owner.value, policy: policy.value.text }),
  );
  if (!created.ok) return created;
  const { wallet, approval } = created.value;
  return answer(created.value, [
    ...walletLines(wallet).slice(0, -2),
    '',
    `the owner makes it real with: countersign approve ${approval.id} --watch`,
  ]);
};
export default walletCreate;

/** `--owner`, or the public key in the file of `--owner-key`. */
async function readOwnerOption(invocation: Invocation): Promise<Result<string, Failure>> {
  const owner = text(invocation, 'owner');
  const file = text(invocation, 'ownerKey');
  if (owner !== undefined && file === undefined) return good(owner);
  if (owner !== undefined || file === undefined) return misuse('the owner is needed once', 'give either --owner or --owner-key');
  const [{ readOwner }, { resolve }] = await Promise.all([import('../owner-key/open-key.ts'), import('node:path')]);
  return readOwner(resolve(invocation.world.cwd, file));
}
