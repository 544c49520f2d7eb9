import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { table } from '../output/table.ts';

const policyList: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const page = await answered(client.value.listPolicies(wallet.value));
  if (!page.ok) return page;
  const rows = page.value.items.map(({ revision, state, policySha256, tightening, createdAt, activatedAt }) => [
    String(revision),
    state,
    policySha256.slice(0, 16),
    tightening === null ? '-' : `${tightening.number} ×`,
    createdAt,
    activatedAt ?? '-',
  ]);
  return answer({ items: page.value.items }, table(['revision', 'state', 'sha-256', 'tightened', 'created', 'in force since'], rows));
};
export default policyList;
