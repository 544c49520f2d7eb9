import { answered } from '../connection/answered.ts';
import { createDirectClient } from '../connection/direct-client.ts';
import { findOwnWalletId, findWalletId } from '../connection/find-wallet.ts';
import { readSettings } from '../connection/settings.ts';
import { flag, type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { frozenLines } from '../output/frozen-lines.ts';

/** `freeze`: loads nothing but what one request needs, unless the owner freezes with a signature. */
const freeze: Handler = async (invocation) => {
  if (flag(invocation, 'asOwner') || text(invocation, 'statement') !== undefined)
    return (await import('./freeze-by-statement.ts')).default(invocation);
  const settings = readSettings(invocation, 'operator');
  if (!settings.ok) return settings;
  const client = createDirectClient({ baseUrl: settings.value.url, credential: settings.value.credential });
  let wallet = await findWalletId(client, invocation);
  if (!wallet.ok && wallet.error.code === 'forbidden') wallet = await findOwnWalletId(client, invocation);
  if (!wallet.ok) return wallet;
  const reason = text(invocation, 'reason');
  const frozen = await answered(client.freeze(wallet.value, reason === undefined ? {} : { reason }));
  return frozen.ok ? answer(frozen.value, frozenLines(frozen.value)) : frozen;
};
export default freeze;
