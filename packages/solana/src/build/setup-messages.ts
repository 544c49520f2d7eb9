import type { Address, BuiltMessage, PlannedLimit, WalletAddresses } from '@countersign/core';
import { compileMessage, type Lifetime } from './compile-message.ts';
import { packMessages } from './pack-messages.ts';
import { addMember, addSpendingLimit, type Configuration, createMultisig, removeMember } from './squads-instructions.ts';

/** The messages that create a wallet: the multisig and as many limits as fit in the first, the other limits in further ones. */
export async function buildWalletCreation(input: {
  readonly addresses: WalletAddresses;
  readonly timeLockSeconds: number;
  readonly limits: readonly PlannedLimit[];
  readonly treasury: Address;
  readonly lifetime: Lifetime;
}): Promise<readonly BuiltMessage[]> {
  const { addresses, timeLockSeconds, limits, treasury, lifetime } = input;
  const create = await createMultisig(addresses, timeLockSeconds, treasury);
  const additions = limits.map((limit) => [addSpendingLimit(byOwner(addresses), limit, addresses.agent)]);
  return packMessages(addresses.feeAccount, [[create], ...additions], lifetime);
}

export function buildMemberAddition(addresses: WalletAddresses, member: Address, lifetime: Lifetime): BuiltMessage {
  return compileMessage(addresses.feeAccount, [addMember(byOwner(addresses), member)], lifetime);
}

export function buildMemberRemoval(addresses: WalletAddresses, member: Address, lifetime: Lifetime): BuiltMessage {
  return compileMessage(addresses.feeAccount, [removeMember(byOwner(addresses), member)], lifetime);
}

function byOwner({ multisig, owner, feeAccount }: WalletAddresses): Configuration {
  return { multisig, authority: owner, payer: feeAccount };
}
