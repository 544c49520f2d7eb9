import { collect } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { flag, type Handler, text } from '../invocation.ts';
import { good } from '../result.ts';
import { proposeKit } from '../support/propose-kit.ts';
import { carryOut } from './approve-elsewhere.ts';
import { approveHere } from './approve-here.ts';

/** `kits arm`: the approval that waits, or a new one, and on to signing it. */
const kitsArm: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const waiting = await collect(client.value.eachApproval({ wallet: wallet.value, state: 'waiting', kind: 'arm_lockdown' }), 1);
  if (!waiting.ok) return waiting;
  const [one] = waiting.value;
  const operator = one === undefined ? connect(invocation, 'operator') : client;
  if (!operator.ok) return operator;
  const approval = one === undefined ? await proposeKit(operator.value, invocation, wallet.value, 'lockdown') : good(one);
  if (!approval.ok) return approval;
  if (text(invocation, 'out') !== undefined || flag(invocation, 'qr')) return carryOut(client.value, invocation, approval.value);
  return approveHere(client.value, invocation, approval.value);
};
export default kitsArm;
