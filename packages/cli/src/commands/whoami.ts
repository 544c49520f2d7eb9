import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import type { DefaultRole } from '../connection/settings.ts';
import { type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { facts } from '../output/table.ts';

const whoami: Handler = async (invocation) => {
  const client = connect(invocation, (text(invocation, 'as') ?? 'owner') as DefaultRole);
  if (!client.ok) return client;
  const self = await answered(client.value.whoami());
  if (!self.ok) return self;
  const { id, role, label, wallet, owner, createdAt, expiresAt } = self.value;
  return answer(
    self.value,
    facts([
      ['credential', id],
      ['role', role],
      ['label', label],
      ['owner', owner],
      ['wallet', wallet ?? (owner === null ? 'all' : 'those of this owner')],
      ['created', createdAt],
      ['ends', expiresAt],
    ]),
  );
};
export default whoami;
