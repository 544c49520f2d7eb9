import { parseId } from '@countersign/core';
import { Refused } from '../refusal.ts';
import type { WalletSession } from '../signer-state.ts';
import type { Operation } from './operations.ts';

export const PROTOCOL = 1;
const BUILD = '@countersign/selfhost 0.1.0';
const PAGE = 256;

/** Who answers and for which wallets: 256 at a time in order of their ids; `after` (optional) goes on behind that wallet. */
export const hello: Operation = async (state, fields) => {
  const after = fields.has('after') ? fields.text('after', 64) : '';
  fields.end();
  if (after !== '' && !parseId('wallet', after, 'after').ok) throw new Refused('malformed', 'after is not an id of a wallet');
  const sessions = [...state.sessions.values()].filter(({ wallet }) => wallet.walletId > after);
  sessions.sort((one, other) => (one.wallet.walletId < other.wallet.walletId ? -1 : 1));
  const wallets = sessions.slice(0, PAGE).map(describeWallet);
  return { kind: 'selfhost', protocol: PROTOCOL, build: BUILD, wallets, more: sessions.length > PAGE };
};

export function describeWallet(session: WalletSession): object {
  const { wallet, live, state } = session;
  return {
    walletId: wallet.walletId,
    agentPublicKey: live?.key.address ?? '',
    policyRevision: state.installed?.bounds.revision ?? 0,
    state: live ? (state.suspendedAtMs !== null ? 'suspended' : state.installed ? 'active' : 'no_bounds') : 'no_key',
  };
}
