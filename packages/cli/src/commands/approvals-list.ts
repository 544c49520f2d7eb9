import type { ApprovalState } from '@countersign/sdk';
import { collect } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { flag, type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { approvalRows } from '../output/approval-lines.ts';
import { good } from '../result.ts';

/** `approvals`: those that wait; with `--all` or `--state` others too. */
const approvalsList: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = text(invocation, 'wallet') === undefined ? good(undefined) : await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const state = flag(invocation, 'all') ? undefined : ((text(invocation, 'state') ?? 'waiting') as ApprovalState);
  const items = await collect(client.value.eachApproval({ wallet: wallet.value, state }), 1_000);
  if (!items.ok) return items;
  return answer({ items: items.value }, items.value.length === 0 ? ['Nothing waits for the owner.'] : approvalRows(items.value));
};
export default approvalsList;
