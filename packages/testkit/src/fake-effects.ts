import type { Address, Effect, WalletAddresses } from '@countersign/core';
import { callEffect } from './fake-call.ts';
import type { FakeLimit, FakeMessage, FakeStep } from './fake-message.ts';

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
  if (message.kind === 'govern') return [fee, ...durability(message), ...message.steps.map((step) => change(step, message.multisig))];
  if (message.kind === 'make_nonces') return [fee, ...message.accounts.flatMap((account) => nonceAccount(account, message))];
  if (message.kind === 'foreign') return [fee];
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

function change(step: FakeStep, wallet: Address): Effect {
  const governs = { kind: 'governance', instruction: 0, wallet } as const;
  switch (step.step) {
    case 'remove_limit':
      return { ...governs, action: 'remove_limit', spendingLimit: step.spendingLimit };
    case 'add_limit':
      return addition(step.limit, { multisig: wallet, agent: step.member });
    case 'add_member':
      return { ...governs, action: 'add_member', member: step.member, permissions: 7 };
    case 'remove_member':
      return { ...governs, action: 'remove_member', member: step.member };
    case 'set_threshold':
      return { ...governs, action: 'set_threshold', threshold: step.threshold };
    case 'set_rent_collector':
      return { ...governs, action: 'set_rent_collector', rentCollector: step.rentCollector };
    case 'set_config_authority':
      return { ...governs, action: 'set_config_authority', authority: step.authority };
    case 'cancel':
      return { ...governs, action: 'cancel', member: step.member, index: BigInt(step.index) };
  }
}

/** INVARIANT I5: a message that never expires is understood only where it takes rights away or hands the wallet over. */
function durability({ durable, steps }: Extract<FakeMessage, { readonly kind: 'govern' }>): readonly Effect[] {
  if (durable === null) return [];
  const isKit = steps.every(({ step }) => step === 'remove_limit') || (steps.length === 1 && steps[0]?.step === 'set_config_authority');
  return isKit
    ? [{ kind: 'durable_nonce', instruction: 0, account: durable.account, authority: durable.authority }]
    : [{ kind: 'unknown', instruction: 0, program: null, reason: 'the message never expires' }];
}

function nonceAccount(account: Address, message: Extract<FakeMessage, { readonly kind: 'make_nonces' }>): readonly Effect[] {
  const [payer = message.authority] = message.signers;
  return [
    {
      ...{ kind: 'account_creation', instruction: 0, account, payer, owner: null },
      ...{ what: 'durable nonce account', maximumRentLamports: 1_447_680n },
    },
    { kind: 'authority_change', instruction: 0, account, authority: 'nonce authority', to: message.authority },
  ];
}

function addition(limit: FakeLimit, { multisig, agent }: Pick<WalletAddresses, 'multisig' | 'agent'>): Effect {
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
      return governanceSentence(effect);
    case 'durable_nonce':
      return `It never expires: it can land until the nonce ${effect.account} moves.`;
    case 'authority_change':
      return `Make ${effect.to ?? 'nobody'} the ${effect.authority} of ${effect.account}.`;
    case 'unknown':
      return `Something that was not understood: ${effect.reason}.`;
    default:
      return `An effect of kind ${effect.kind}.`;
  }
}

function governanceSentence(effect: Extract<Effect, { readonly kind: 'governance' }>): string {
  const subject =
    'spendingLimit' in effect
      ? ` of the limit ${effect.spendingLimit}`
      : 'authority' in effect
        ? ` of ${effect.authority}`
        : 'member' in effect && effect.member !== null
          ? ` of ${effect.member}`
          : '';
  return `Take the step "${effect.action}"${subject} in the wallet ${effect.wallet}.`;
}
