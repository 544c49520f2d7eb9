import type { Wallet } from '@countersign/core';
import type { WalletView } from '@countersign/sdk';
import { momentOf } from './moment.ts';

export function walletView(wallet: Wallet, balances: WalletView['balances'] = null): WalletView {
  const { id, name, state, multisig, owner, agent, recovery, rekeyingBy, policyRevision, frozenReason } = wallet;
  // Money may only be sent to a vault that the chain has confirmed to be controlled as asked.
  const vault = state === 'active' || state === 'frozen' ? wallet.vault : null;
  return {
    id,
    name,
    state,
    vault,
    multisig,
    owner,
    agent,
    recovery,
    rekeyingBy,
    policyRevision,
    frozenReason,
    balances,
    createdAt: momentOf(wallet.createdAtMs),
  };
}
