import { type Address, type BuiltMessage, domainError } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { ChainProblem } from '../chain/chain-problem.ts';
import { compileMessage, fits, type Lifetime, MAX_TRANSACTION_BYTES, transactionBytes } from './compile-message.ts';

/** Instructions that one message holds together, or none of it. */
export type Group = readonly Instruction[];

/** Groups in their order, in as few messages as fit. Throws `ChainProblem` `message_too_large` when one alone does not. */
export function packMessages(feePayer: Address, groups: readonly Group[], lifetime: Lifetime): readonly BuiltMessage[] {
  const messages: BuiltMessage[] = [];
  let held: Group = [];
  let last: BuiltMessage | null = null;
  for (const group of groups) {
    if (group.length === 0) continue;
    const longer = compileMessage(feePayer, [...held, ...group], lifetime);
    if (fits(longer)) {
      held = [...held, ...group];
      last = longer;
      continue;
    }
    const alone = compileMessage(feePayer, group, lifetime);
    if (!fits(alone)) throw tooLarge(alone);
    if (last) messages.push(last);
    held = group;
    last = alone;
  }
  return last ? [...messages, last] : messages;
}

export function tooLarge(message: BuiltMessage): ChainProblem {
  return new ChainProblem(domainError('message_too_large', { bytes: transactionBytes(message), limitBytes: MAX_TRANSACTION_BYTES }));
}
