import type { Address, BuiltMessage, PlannedLimit, WalletAddresses } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { compileMessage, fits, type Lifetime } from './compile-message.ts';
import { addMember, addSpendingLimit, createMultisig, removeMember, removeSpendingLimit } from './squads-instructions.ts';

/** A spending limit whose instruction cannot be built, in words. */
export class UnbuildableLimit extends Error {}

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
  return pack(addresses, [create, ...limits.map((limit) => addition(addresses, limit))], lifetime);
}

/** The messages that replace spending limits: all removals before any addition, as few messages as fit. */
export function buildLimitReplacement(input: {
  readonly addresses: WalletAddresses;
  readonly remove: readonly Address[];
  readonly add: readonly PlannedLimit[];
  readonly lifetime: Lifetime;
}): readonly BuiltMessage[] {
  const { addresses, remove, add, lifetime } = input;
  const removals = remove.map((limit) => removeSpendingLimit(addresses, limit));
  return pack(addresses, [...removals, ...add.map((limit) => addition(addresses, limit))], lifetime);
}

export function buildMemberAddition(addresses: WalletAddresses, member: Address, lifetime: Lifetime): BuiltMessage {
  return compileMessage(addresses.feeAccount, [addMember(addresses, member)], lifetime);
}

export function buildMemberRemoval(addresses: WalletAddresses, member: Address, lifetime: Lifetime): BuiltMessage {
  return compileMessage(addresses.feeAccount, [removeMember(addresses, member)], lifetime);
}

function addition(addresses: WalletAddresses, limit: PlannedLimit): Instruction {
  return addSpendingLimit(addresses, limit);
}

/** Instructions in their order, in as few messages as fit. Throws `UnbuildableLimit` when one alone is too large. */
function pack(addresses: WalletAddresses, instructions: readonly Instruction[], lifetime: Lifetime): readonly BuiltMessage[] {
  const messages: BuiltMessage[] = [];
  let group: readonly Instruction[] = [];
  let last: BuiltMessage | null = null;
  for (const instruction of instructions) {
    const longer = compileMessage(addresses.feeAccount, [...group, instruction], lifetime);
    if (fits(longer)) {
      group = [...group, instruction];
      last = longer;
      continue;
    }
    const alone = compileMessage(addresses.feeAccount, [instruction], lifetime);
    if (!fits(alone)) throw new UnbuildableLimit('a spending limit with so many destinations does not fit into one transaction');
    if (last) messages.push(last);
    group = [instruction];
    last = alone;
  }
  return last ? [...messages, last] : messages;
}
