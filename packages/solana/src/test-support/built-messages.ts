import type { Address, AssetInfo, BuiltMessage, Payment } from '@countersign/core';
import { buildVaultMessage } from '../build/intent.ts';
import { buildAutonomousPayment, buildCountersignedPayment } from '../build/payment-message.ts';
import { testKey } from './test-key.ts';
import type { TestWallet } from './test-wallet.ts';

export interface BuildOptions {
  readonly createsAccount?: boolean;
  readonly priceMicroLamports?: bigint;
  readonly transactionIndex?: bigint;
  readonly variation?: number;
}

const lifetime = { blockhash: testKey('a blockhash').address as string, lastValidBlockHeight: 200n };

/** Messages as the adapter builds them, without a chain. */
export function autonomous(
  { addresses }: TestWallet,
  payment: Payment,
  asset: AssetInfo,
  spendingLimit: Address,
  options: BuildOptions = {},
): Promise<BuiltMessage> {
  const { createsAccount = false, priceMicroLamports = 0n, variation = 0 } = options;
  return buildAutonomousPayment({ addresses, payment, asset, spendingLimit, createsAccount, priceMicroLamports, variation, lifetime });
}

export async function countersigned(
  { addresses }: TestWallet,
  payment: Payment,
  asset: AssetInfo,
  options: BuildOptions = {},
): Promise<BuiltMessage> {
  const { createsAccount = false, priceMicroLamports = 0n, transactionIndex = 1n, variation = 0 } = options;
  const vaultMessage = await buildVaultMessage(addresses, payment, asset);
  return buildCountersignedPayment({
    addresses,
    payment,
    asset,
    createsAccount,
    priceMicroLamports,
    variation,
    lifetime,
    vaultMessage,
    transactionIndex,
  });
}
