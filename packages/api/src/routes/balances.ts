import { type IBlockchainAdapter, parsePolicy, type Wallet } from '@countersign/core';
import type { WalletView } from '@countersign/sdk';

/** What the vault can spend of each asset that the policy lists; `null` where there is no vault yet or the chain could not be asked. */
export async function readBalances(chain: IBlockchainAdapter, wallet: Wallet, policyText: string | null): Promise<WalletView['balances']> {
  const policy = policyText === null ? null : parsePolicy(policyText);
  if (policy === null || !policy.ok || (wallet.state !== 'active' && wallet.state !== 'frozen')) return null;
  const read = await Promise.all(
    policy.value.assets.map(async ({ asset }) => {
      const [info, balance] = await Promise.all([chain.getAssetInfo(asset), chain.getBalance(wallet.vault, asset)]);
      return info.ok && balance.ok ? { asset, amount: balance.value.toString(), decimals: info.value.decimals } : null;
    }),
  );
  const known = read.filter((balance) => balance !== null);
  return known.length === read.length ? known : null;
}
