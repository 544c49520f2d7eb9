import {
  type Address,
  type DomainError,
  domainError,
  type Result,
  type VaultOnChain,
  type WalletAddresses,
  type WalletOnChain,
} from '@countersign/core';
import { vaultAddress } from '../build/pda.ts';
import { ChainProblem } from '../chain/chain-problem.ts';
import { textOf } from '../chain/read-json.ts';
import { readVault } from '../chain/read-vault.ts';
import { readWalletAgreed } from '../chain/read-wallet.ts';
import type { RpcPool } from '../chain/rpc-pool.ts';
import { onOwnersChain } from './owner-chain.ts';

/** All that the chain alone tells of a wallet, finalized. */
export interface WalletForOwner {
  /** Genesis hash, base58. */
  readonly network: string;
  readonly wallet: WalletOnChain;
  readonly vault: Address;
  readonly money: VaultOnChain;
}

/** Errors: `not_found` where there is no such multisig; what the nodes are at fault for. */
export function readWalletForOwner(input: {
  readonly rpcUrls: readonly string[];
  readonly multisig: Address;
}): Promise<Result<WalletForOwner, DomainError>> {
  return onOwnersChain(input.rpcUrls, (pool) => readForOwner(pool, input.multisig));
}

export async function readForOwner(pool: RpcPool, multisig: Address): Promise<WalletForOwner> {
  const vault = await vaultAddress(multisig);
  const [network, wallet, money] = await Promise.all([
    pool.read(async (call) => textOf(await call('getGenesisHash', []), 'getGenesisHash')),
    readWalletAgreed(pool, multisig),
    readVault(pool, vault, []),
  ]);
  if (wallet === null) throw new ChainProblem(domainError('not_found', { kind: 'multisig', id: multisig }));
  return { network, wallet, vault, money };
}

/** The wallet's addresses as far as the chain tells them: whoever configures it is its owner, whoever pays its fee account. */
export function addressesFor({ wallet, vault }: WalletForOwner, payer: Address): WalletAddresses {
  const { multisig, configAuthority: owner, members } = wallet;
  const agent = members.find(({ key }) => key !== owner)?.key ?? owner;
  return { multisig, vault, owner, agent, createKey: owner, feeAccount: payer };
}
