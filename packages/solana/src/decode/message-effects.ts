import type { Address, Effect } from '@countersign/core';
import { feeLamports } from './instructions/compute-budget.ts';
import type { ParsedMessage } from './parsed-message.ts';
import type { ResolvedMessage } from './resolve-message.ts';
import type { Scope } from './scope.ts';

/** Something about the message as a whole that is not understood. */
export function unknownMessage(problem: string): Effect {
  return { kind: 'unknown', instruction: null, program: null, reason: `the message ${problem}` };
}

/** What the network takes, as the message asks: signatures, and the priority fee of the header or of the compute budget. */
export function feeOf(message: ParsedMessage, { budget }: Scope, payer: Address): Effect {
  const base = feeLamports(message.signers.length, message.instructions.length, budget);
  return { kind: 'fee', instruction: null, payer, amountLamports: base + (message.config?.priorityFeeLamports ?? 0n) };
}

/** What is odd about a message beside its instructions, and account data that decoding it needed and did not have. */
export function oddities(message: ParsedMessage, resolved: ResolvedMessage, scope: Scope): readonly Effect[] {
  const found = resolved.problems.map(unknownMessage);
  if (message.instructions.length === 0) found.push(unknownMessage('has no instruction'));
  if (scope.vault !== scope.context.addresses.vault)
    found.push(unknownMessage(`is for a wallet whose vault is said to be ${scope.context.addresses.vault} and is ${scope.vault}`));
  const used = new Set<Address | null>([message.signers[0] ?? null]);
  for (const { program, accounts } of resolved.problems.length > 0 ? message.instructions : resolved.instructions) {
    used.add(program);
    for (const { address } of accounts) used.add(address);
  }
  // What is only loaded from a table no program gets to see.
  for (const key of message.keys) if (!used.has(key)) found.push(unknownMessage(`names ${key}, which no instruction uses`));
  return found;
}

/** INVARIANT I5: account data that decoding asked for and that nobody read makes the whole message unknown. */
export function unread({ facts }: Scope): readonly Effect[] {
  return facts.missing.map((account) => unknownMessage(`needs to know account ${account}, which was not read`));
}
