import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { proposedLines } from '../output/proposed-lines.ts';
import { showChangesSinceFreeze } from '../support/show-changes-since-freeze.ts';

/** `unfreeze`: shows what changed since the freeze, and asks the owner. */
const unfreeze: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const changes = await showChangesSinceFreeze(client.value, invocation, wallet.value);
  const approval = await answered(client.value.requestUnfreeze(wallet.value));
  if (!approval.ok) return approval;
  return answer(
    { ...approval.value, changesSinceFreeze: changes },
    proposedLines(approval.value, 'the owner is asked to let the wallet go on'),
  );
};
export default unfreeze;
