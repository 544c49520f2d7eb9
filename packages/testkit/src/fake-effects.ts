import type { Effect, WalletAddresses } from '@countersign/core';
import type { FakeMessage } from './fake-message.ts';

/** What a message of the fake chain does, in the words of the policy engine. */
export function describeFakeMessage(message: FakeMessage, addresses: WalletAddresses): readonly Effect[] {
  const fee: Effect = {
    kind: 'fee',
    instruction: null,
    payer: message.signers[0] ?? addresses.feeAccount,
    amountLamports: 5_000n * BigInt(message.signers.length),
  };
  if (message.kind !== 'pay') return [fee];
  const { asset, amount, recipient, memo } = message.payment;
  const wallet = message.multisig;
  const step = (action: 'propose' | 'approve' | 'execute' | 'close', member: WalletAddresses['agent'] | null): Effect => ({
    kind: 'governance',
    instruction: 0,
    wallet,
    action,
    member,
    index: 1n,
  });
  return [
    fee,
    ...(message.spendingLimit === null
      ? [
          step('propose', addresses.agent),
          step('approve', addresses.agent),
          step('approve', addresses.owner),
          step('execute', addresses.agent),
          step('close', null),
        ]
      : []),
    {
      kind: 'asset_outflow',
      instruction: 1,
      asset,
      amount: BigInt(amount),
      decimals: 9,
      source: message.vault,
      sourceAccount: message.vault,
      destination: recipient,
      destinationAccount: recipient,
      spendingLimit: message.spendingLimit,
    },
    ...(memo === null ? [] : [{ kind: 'memo' as const, instruction: 2, text: memo }]),
  ];
}
