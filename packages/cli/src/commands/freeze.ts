import { answered } from '../connection/answered.ts';
import { createDirectClient } from '../connection/direct-client.ts';
import { findOwnWalletId, findWalletId } from '../connection/find-wallet.ts';
import { readSettings } from '../connection/settings.ts';
import { type Handler, text } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { table } from '../output/table.ts';

/** `freeze`: loads nothing but what one request needs. */
const freeze: Handler = async (invocation) => {
  const settings = readSettings(invocation, 'operator');
  if (!settings.ok) return settings;
  const client = createDirectClient({ baseUrl: settings.value.url, credential: settings.value.credential });
  let wallet = await findWalletId(client, invocation);
  if (!wallet.ok && wallet.error.code === 'forbidden') wallet = await findOwnWalletId(client, invocation);
  if (!wallet.ok) return wallet;
  const reason = text(invocation, 'reason');
  const frozen = await answered(client.freeze(wallet.value, reason === undefined ? {} : { reason }));
  if (!frozen.ok) return frozen;
  const { mayStillLand, signerProblem, wallet: view } = frozen.value;
  return answer(frozen.value, [
    `✓ frozen: nothing more is signed for ${view.name} (${view.id})`,
    ...(signerProblem === null ? [] : [`! the signer has not suspended the key yet: ${signerProblem}. The service keeps telling it.`]),
    ...(mayStillLand.length === 0
      ? ['Nothing that was signed before is still on its way.']
      : [
          'Signed before, and may still land:',
          ...table(
            ['transaction', 'state', 'signature'],
            mayStillLand.map(({ transaction, state, signature }) => [transaction ?? '-', state, signature ?? '-']),
          ),
        ]),
    'Only the owner lets it go on: countersign unfreeze',
  ]);
};
export default freeze;
