import { type Bounds, decodeBounds, type OwnerStatement, sha256Hex } from '@countersign/core';
import { Refused } from '../refusal.ts';
import { type LiveKey, liveSession, type WalletSession } from '../signer-state.ts';
import type { Operation } from './operations.ts';
import { assertUsableOnce, readOrder, verifyOrder } from './owner-orders.ts';

const MAX_BOUNDS_BYTES = 48 * 1024;

/** Installs owner-signed bounds, stored before it is answered. The same bytes again are answered alike. */
export const installBounds: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const order = readOrder(fields);
  const bytes = fields.bytesUpTo('bounds', MAX_BOUNDS_BYTES);
  fields.end();
  return state.exclusively(walletId, async () => {
    const { session, live } = liveSession(state, walletId);
    const { installed } = session.state;
    const statement = verifyOrder(session, order);
    if (installed && installed.statement === order.statement && Buffer.compare(installed.bytes, bytes) === 0)
      return { revision: installed.bounds.revision };
    const bounds = readBounds(statement, bytes);
    assertForThisKey(bounds, session, live);
    if (bounds.revision !== (installed?.bounds.revision ?? 0) + 1)
      throw new Refused('stale_revision', 'the revision is not one higher than the installed one');
    assertUsableOnce(state, session, statement);
    const change = {
      installed: { ...order, bytes, bounds },
      usedNonces: [...session.state.usedNonces, statement.nonce],
    };
    await state.keystore.saveState(session.wallet, live.key, { ...session.state, ...change });
    session.state = { ...session.state, ...change };
    live.ledger.setBounds(bounds);
    return { revision: bounds.revision };
  });
};

function readBounds(statement: OwnerStatement, bytes: Uint8Array): Bounds {
  if (statement.action !== 'install-policy') throw new Refused('bad_statement', 'is not for installing a policy');
  if (statement.boundsSha256 !== sha256Hex(bytes)) throw new Refused('bad_statement', 'is over other bounds');
  const bounds = decodeBounds(bytes);
  if (!bounds.ok) throw new Refused('malformed', 'the bounds cannot be read');
  if (bounds.value.revision !== statement.revision) throw new Refused('bad_statement', 'is for another revision than the bounds');
  const assets = bounds.value.assets.map(({ asset }) => asset);
  if (new Set(assets).size !== assets.length) throw new Refused('malformed', 'the bounds name an asset twice');
  return bounds.value;
}

function assertForThisKey(bounds: Bounds, { wallet }: WalletSession, { key }: LiveKey): void {
  if (bounds.network !== wallet.network || bounds.wallet !== wallet.multisig || bounds.agent !== key.address)
    throw new Refused('wrong_wallet', 'the bounds are for another network, wallet or agent key');
}
