import { connect } from '../connection/connect.ts';
import { flag, type Handler, listed, text } from '../invocation.ts';
import { chooseApproval } from '../support/choose-approval.ts';
import { carryOut, handIn } from './approve-elsewhere.ts';
import { approveHere } from './approve-here.ts';
import { approveOffline } from './approve-offline.ts';

/**
 * `approve`, `owner approve`: reads the exact bytes, shows what they do, asks, signs. With an approval, or none, it asks the service; with a file or
 * pasted text it works offline.
 */
const approve: Handler = async (invocation) => {
  const [what] = invocation.args;
  const signatures = listed(invocation, 'signatures');
  if (signatures.length === 0 && what !== undefined && !what.startsWith('apr_')) return approveOffline(invocation, what);
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  if (signatures.length > 0) return handIn(client.value, invocation, signatures);
  const approval = await chooseApproval(client.value, invocation, what);
  if (!approval.ok) return approval;
  if (text(invocation, 'out') !== undefined || flag(invocation, 'qr')) return carryOut(client.value, invocation, approval.value);
  return approveHere(client.value, invocation, approval.value);
};
export default approve;
