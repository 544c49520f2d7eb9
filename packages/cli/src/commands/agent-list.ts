import type { Role } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { table } from '../output/table.ts';
import { good } from '../result.ts';

const agentList: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = text(invocation, 'wallet') === undefined ? good(undefined) : await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const role = (text(invocation, 'role') ?? 'agent') as Role | 'all';
  const page = await answered(client.value.listCredentials({ wallet: wallet.value, role: role === 'all' ? undefined : role }));
  if (!page.ok) return page;
  const { items } = page.value;
  const rows = items.map(({ id, role: each, wallet: of, label, createdAt, revokedAt }) => [
    id,
    each,
    label,
    of ?? '-',
    createdAt,
    revokedAt ?? '-',
  ]);
  return answer(
    { items },
    items.length === 0
      ? ['No credential: countersign agent add']
      : table(['credential', 'role', 'label', 'wallet', 'created', 'revoked'], rows),
  );
};
export default agentList;
