import type { Effect, WalletAddresses } from '@countersign/core';
import { callEffect } from './fake-call.ts';
import type { FakeLimit, FakeMessage } from './fake-message.ts';

export const FAKE_FEE_LAMPORTS_PER_SIGNATURE = 5_000n;

/** What a message of the fake chain does, in the words of the policy engine. */
export function describeFakeMessage(message: FakeMessage, addresses: WalletAddresses): readonly Effect[] {
  const fee: Effect = {
    kind: 'fee',
    instruction: null,
    payer: message.signers[0] ?? addresses.feeAccount,
    amountLamports: FAKE_FEE_LAMPORTS_PER_SIGNATURE * BigInt(message.signers.length),
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
  if (message.kind === 'call')
    return [fee, ...proposalSteps(message.multisig, addresses), callEffect(message.call, message.vault, message.pinned)];
  const { memo } = message.payment;
  return [
    fee,
    ...(message.spendingLimit === null ? proposalSteps(message.multisig, addresses) : []),
    fakeOutflow(message),
    ...(memo === null ? [] : [{ kind: 'memo' as const, instruction: 2, text: memo }]),
  ];
}

/** The one outflow of a payment. */
export function fakeOutflow(message: Pick<Extract<FakeMessage, { readonly kind: 'pay' }>, 'payment' | 'vault' | 'spendingLimit'>): Effect {
  const { payment, vault, spendingLimit } = message;
  return {
    kind: 'asset_outflow',
    instruction: 1,
    asset: payment.asset,
    amount: BigInt(payment.amount),
    decimals: 9,
    source: vault,
    sourceAccount: vault,
    destination: payment.recipient,
    destinationAccount: payment.recipient,
    spendingLimit,
    hazards: [],
  };
}

function proposalSteps(wallet: WalletAddresses['multisig'], addresses: WalletAddresses): readonly Effect[] {
  const step = (action: 'propose' | 'approve' | 'execute' | 'close', member: WalletAddresses['agent'] | null): Effect => ({
    kind: 'governance',
    instruction: 0,
    wallet,
    action,
    member,
    index: 1n,
  });
  return [
    step('propose', addresses.agent),
    step('approve', addresses.agent),
    step('approve', addresses.owner),
    step('execute', addresses.agent),
    step('close', null),
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

/** One plain sentence; addresses in full. */
export function fakeSentence(effect: Effect): string {
  switch (effect.kind) {
    case 'asset_outflow':
      return `Send ${effect.amount} base units of ${effect.asset} from ${effect.source} to ${effect.destination ?? effect.destinationAccount}.`;
    case 'fee':
      return `Pay a fee of ${effect.amountLamports} lamports from ${effect.payer}.`;
    case 'memo':
      return `Leave the memo ${JSON.stringify(effect.text)}.`;
    case 'program_call':
      return `Call the program ${effect.program} with the data ${effect.data}.`;
    case 'governance':
      return `Take the step "${effect.action}" in the wallet ${effect.wallet}.`;
    case 'unknown':
      return `Something that was not understood: ${effect.reason}.`;
    default:
      return `An effect of kind ${effect.kind}.`;
  }
}
