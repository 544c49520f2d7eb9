import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { kitRows } from '../output/kit-lines.ts';

/** `kits`: what the owner signed ahead of need, and what is missing. */
const kitsList: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const kits = await answered(client.value.listKits(wallet.value));
  if (!kits.ok) return kits;
  const { items, warnings } = kits.value;
  return answer(kits.value, [
    ...(items.length === 0 ? ['The owner has signed nothing ahead of need: countersign kits arm'] : kitRows(items)),
    ...(warnings.length === 0 ? [] : ['', ...warnings.map((warning) => `! ${warning}`)]),
  ]);
};
export default kitsList;
