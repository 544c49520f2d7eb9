import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import { answered, collect } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler, Invocation } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import type { Result } from '../result.ts';
import { proposeKit } from '../support/propose-kit.ts';
import { makeKitHere } from './make-kit-here.ts';

/** `owner recovery-kit`: the approval that waits, or a new one; checks the bytes, signs, hands in, keeps the kit here. */
const ownerRecoveryKit: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const approval = await waitingOrProposed(client.value, invocation);
  return approval.ok ? makeKitHere(client.value, invocation, approval.value, 'out') : approval;
};
export default ownerRecoveryKit;

/** An owner's session cannot propose; an operator of the same clone can. */
async function waitingOrProposed(client: CountersignClient, invocation: Invocation): Promise<Result<ApprovalView, Failure>> {
  const [named] = invocation.args;
  if (named !== undefined) return answered(client.getApproval(named));
  const wallet = await findWalletId(client, invocation);
  if (!wallet.ok) return wallet;
  const waiting = await collect(client.eachApproval({ wallet: wallet.value, state: 'waiting', kind: 'make_recovery_kit' }), 1);
  if (!waiting.ok) return waiting;
  const [one] = waiting.value;
  if (one !== undefined) return { ok: true, value: one };
  const operator = connect(invocation, 'operator');
  return operator.ok ? proposeKit(operator.value, invocation, wallet.value, 'recovery') : operator;
}
