import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, required } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { proposedLines } from '../output/proposed-lines.ts';
import { proposeKit } from '../support/propose-kit.ts';

/** `kits propose --purpose PURPOSE`: an operator's part of a kit, for an owner who signs it on a machine of their own. */
const kitsPropose: Handler = async (invocation) => {
  const purpose = required(invocation, 'purpose') === 'recovery' ? 'recovery' : 'lockdown';
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const approval = await proposeKit(client.value, invocation, wallet.value, purpose);
  if (!approval.ok) return approval;
  const done =
    purpose === 'lockdown'
      ? 'the lockdown is ready for the owner to sign'
      : 'the recovery kit is ready for the owner, who makes it with: countersign owner recovery-kit';
  return answer(approval.value, proposedLines(approval.value, done));
};
export default kitsPropose;
