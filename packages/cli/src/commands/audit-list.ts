import type { AuditEntryView } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { flag, type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { table } from '../output/table.ts';
import { good } from '../result.ts';
import { wholeNumber } from '../support/whole-number.ts';

const auditList: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const most = wholeNumber(invocation, 'limit', { least: 1, most: 100, otherwise: 30 });
  if (!most.ok) return most;
  const wallet = text(invocation, 'wallet') === undefined ? good(undefined) : await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const chain = flag(invocation, 'system') ? 'system' : wallet.value;
  const page = await answered(client.value.listAudit({ chain, before: text(invocation, 'before'), limit: String(most.value) }));
  if (!page.ok) return page;
  const { items, nextCursor } = page.value;
  return answer(
    { items, nextCursor },
    items.length === 0 ? ['The audit log is empty.'] : table(['at', 'action', 'subject', 'actor', 'row'], items.map(row)),
  );
};
export default auditList;

function row({ at, action, subject, actor, sequence }: AuditEntryView): readonly string[] {
  return [at, action, subject, actor, sequence];
}
