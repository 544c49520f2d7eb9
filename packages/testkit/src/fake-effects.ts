import type { Effect, WalletAddresses } from '@countersign/core';
import type { FakeLimit, FakeMessage } from './fake-message.ts';

/** What a message of the fake chain does, in the words of the policy engine. */
export function describeFakeMessage(message: FakeMessage, addresses: WalletAddresses): readonly Effect[] {
  const fee: Effect = {
    kind: 'fee',
    instruction: null,
    payer: message.signers[0] ?? addresses.feeAccount,
    amountLamports: 5_000n * BigInt(message.signers.length),
  };
  if (message.kind === 'create') return [fee, creation(message), ...message.limits.map((limit) => addition(limit, message.addresses))];
  if (message.kind === 'replace_limits') {
    const multisig = { ...addresses, multisig: message.multisig };
    return [
      fee,
      ...message.remove.map(
        (spendingLimit): Effect => ({
          kind: 'governance',
          instruction: 0,
          wallet: message.multisig,
          action: 'remove_limit',
          spendingLimit,
        }),
      ),
      ...message.add.map((limit) => addition(limit, multisig)),
    ];
  }
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

function creation({ addresses, timeLockSeconds }: Extract<FakeMessage, { readonly kind: 'create' }>): Effect {
  const { multisig, owner, agent, feeAccount } = addresses;
  return {
    ...{ kind: 'governance', instruction: 0, wallet: multisig, action: 'create_wallet', owner },
    members: [owner, agent].map((key) => ({ key, permissions: 7 })),
    ...{ threshold: 2, timeLockSeconds, rentCollector: feeAccount },
  };
}

function addition(limit: FakeLimit, { multisig, agent }: WalletAddresses): Effect {
  const { spendingLimit, asset, periodSeconds, destinations } = limit;
  return {
    ...{ kind: 'governance', instruction: 1, wallet: multisig, action: 'add_limit' },
    ...{ spendingLimit, asset, amount: BigInt(limit.amount), periodSeconds, members: [agent], destinations },
  };
}
