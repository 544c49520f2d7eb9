import {
  type Address,
  type AssetId,
  type DomainError,
  domainError,
  fail,
  type IBlockchainAdapter,
  NATIVE_ASSET,
  type NonceAccount,
  ok,
  type Result,
  type VaultOnChain,
  type WalletOnChain,
} from '@countersign/core';
import type { NodeView } from './fake-blocks.ts';
import type { FakeLedger } from './fake-ledger.ts';
import { derivedAddress, type FakeMessage } from './fake-message.ts';

/** What a wallet is compared by, all of it finalized. */
export type FakeWatching = Pick<IBlockchainAdapter, 'readWallet' | 'readVault' | 'listTransactions' | 'readNonceAccounts'>;

export interface WatchedChain {
  node(): NodeView;
  isReachable(): boolean;
  /** Whether the nodes tell different things. */
  nodesDisagree(): boolean;
  /** What the one node that is asked makes of a wallet. */
  told(wallet: WalletOnChain): WalletOnChain;
  assets(): readonly AssetId[];
  /** Nodes keep what landed from this height on. */
  keptFrom(): bigint;
}

export function createFakeWatching(chain: WatchedChain): FakeWatching {
  const agreed = async <T>(value: (view: NodeView, ledger: FakeLedger) => T): Promise<Result<T, DomainError>> => {
    if (!chain.isReachable()) return fail(domainError('chain_unavailable', { problem: 'the fake chain is unplugged' }));
    if (chain.nodesDisagree()) return fail(domainError('nodes_disagree', { problem: 'the fake nodes tell different states' }));
    const view = chain.node();
    return ok(value(view, view.ledgerAt(view.finalized)));
  };
  return {
    readWallet: (multisig) =>
      agreed(({ finalized }, ledger) => {
        const wallet = ledger.walletOf(multisig);
        return wallet && chain.told({ ...wallet, slot: finalized });
      }),
    readVault: (vault, assets) =>
      agreed(({ finalized }, ledger): VaultOnChain => {
        const held = chain.assets().filter((asset) => asset !== NATIVE_ASSET);
        const all = [...new Set([...held, ...assets.filter((asset) => asset !== NATIVE_ASSET)])];
        return {
          slot: finalized,
          lamports: ledger.balanceOf(vault, NATIVE_ASSET),
          tokens: all.flatMap((asset) => tokenAccount(ledger, vault, asset, assets.includes(asset))),
        };
      }),
    listTransactions: (account, after, limit) =>
      agreed(({ finalized, landings }) => {
        const named = landings()
          .filter(({ height, message }) => height <= finalized && height >= chain.keptFrom() && accountsOf(message).includes(account))
          .map(({ id, height }) => ({ signature: id, slot: height }));
        if (after === null) return named.slice(-1).slice(0, limit);
        const seen = after === 'beginning' ? -1 : named.findIndex(({ signature }) => signature === after);
        return named.slice(seen + 1).slice(0, limit);
      }),
    readNonceAccounts: async (addresses, notBefore = 0n) => {
      const read = await agreed(({ finalized }, ledger) => (finalized < notBefore ? null : addresses.map((each) => ledger.nonceOf(each))));
      if (!read.ok || read.value !== null) return read as Result<readonly (NonceAccount | null)[], DomainError>;
      return fail(domainError('chain_unavailable', { problem: `the fake node has not reached ${notBefore}` }));
    },
  };
}

/** Where the tokens of a vault lie. */
export function fakeTokenAccount(vault: Address, asset: AssetId): Address {
  return derivedAddress('token account', vault, asset);
}

function tokenAccount(ledger: FakeLedger, vault: Address, asset: AssetId, asked: boolean): VaultOnChain['tokens'] {
  const amount = ledger.balanceOf(vault, asset);
  const authorities = ledger.authoritiesOf(vault, asset);
  if (amount === 0n && authorities === null) return [];
  const { owner, delegate, closeAuthority } = authorities ?? { owner: vault, delegate: null, closeAuthority: null };
  // An account that somebody else owns is found by its address alone.
  if (owner !== vault && !asked) return [];
  return [{ account: fakeTokenAccount(vault, asset), asset, amount, owner, delegate, closeAuthority }];
}

/** The accounts that a transaction names. */
function accountsOf(message: FakeMessage): readonly Address[] {
  const tokens = (vault: Address, moved: readonly { readonly asset: AssetId }[]): readonly Address[] =>
    moved.map(({ asset }) => (asset === NATIVE_ASSET ? vault : fakeTokenAccount(vault, asset)));
  switch (message.kind) {
    case 'create':
      return [...message.signers, message.addresses.multisig];
    case 'govern':
      return [...message.signers, message.multisig];
    case 'make_nonces':
      return [...message.signers, ...message.accounts];
    case 'foreign':
      return [...message.signers, ...tokens(message.vault, [message]), message.to];
    case 'pay':
      return [...message.signers, message.multisig, message.vault, ...tokens(message.vault, [message.payment]), message.payment.recipient];
    case 'call':
      return [...message.signers, message.multisig, message.vault, ...tokens(message.vault, message.call.spends), message.call.program];
  }
}
