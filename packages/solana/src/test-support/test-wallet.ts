import type { Address, AssetId, DecodeContext, WalletAddresses } from '@countersign/core';
import { multisigAddress, vaultAddress } from '../build/pda.ts';
import { type TestKey, testKey } from './test-key.ts';

/** A wallet's addresses with the keys behind them. */
export interface TestWallet {
  readonly addresses: WalletAddresses;
  readonly owner: TestKey;
  readonly agent: TestKey;
  readonly createKey: TestKey;
  readonly feeAccount: TestKey;
}

/** Keys from `name`, always the same, or fresh ones. */
export async function testWallet(name?: string, feeAccount: TestKey = testKey(name && `${name} fee`)): Promise<TestWallet> {
  const owner = testKey(name && `${name} owner`);
  const agent = testKey(name && `${name} agent`);
  const createKey = testKey(name && `${name} create`);
  const multisig = await multisigAddress(createKey.address);
  const addresses = {
    multisig,
    vault: await vaultAddress(multisig),
    owner: owner.address,
    agent: agent.address,
    createKey: createKey.address,
    feeAccount: feeAccount.address,
  };
  return { addresses, owner, agent, createKey, feeAccount };
}

export function contextOf(
  { addresses }: TestWallet,
  candidateRecipients: readonly Address[] = [],
  assets: readonly { readonly asset: AssetId; readonly decimals: number }[] = [],
): DecodeContext {
  return { addresses, candidateRecipients, assets };
}
