import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';

const agentRevoke: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const revoked = await answered(client.value.revokeCredential(invocation.args[0] ?? ''));
  return revoked.ok ? answer(revoked.value, [`✓ revoked: ${revoked.value.id} (${revoked.value.label}) is refused from now on`]) : revoked;
};
export default agentRevoke;
