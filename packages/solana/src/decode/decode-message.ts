import { type DecodeContext, type DomainError, type Effect, ok, type Result } from '@countersign/core';
import type { AccountFacts } from './account-facts.ts';
import { SQUADS } from './addresses/programs.ts';
import { decodeEach } from './decode-instruction.ts';
import { judgeDurable, ownerlessNonces } from './durable-messages.ts';
import { FactReader } from './fact-reader.ts';
import { PROPOSAL_RENT_LAMPORTS } from './instructions/rent.ts';
import { makeScope } from './make-scope.ts';
import { feeOf, oddities, unread } from './message-effects.ts';
import { parseMessage } from './parse-message.ts';
import type { ParsedMessage } from './parsed-message.ts';
import { resolveMessage } from './resolve-message.ts';
import type { CreatedProposal } from './scope.ts';

/**
 * INVARIANT I6: every effect of a message of the service, from its bytes and what the chain says about the accounts that it names, by code
 * that shares nothing with the code that builds messages. First the fee, then the effects of each instruction in order. What is not understood
 * to the last byte is an `unknown` effect, never left out (INVARIANT I5). With `NO_FACTS` token accounts are taken for what they derive from.
 * Error: `undecodable_message` when the bytes are no message at all.
 */
export function decodeMessage(bytes: Uint8Array, context: DecodeContext, facts: AccountFacts): Result<readonly Effect[], DomainError> {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) return parsed;
  const reader = new FactReader(facts);
  const { effects, scope } = decodeOuter(parsed.value, context, facts, reader);
  return ok(reader.offline ? effects : [...effects, ...unread(scope)]);
}

export function decodeOuter(
  message: ParsedMessage,
  context: DecodeContext,
  facts: AccountFacts,
  reader: FactReader,
): { readonly effects: readonly Effect[]; readonly scope: ReturnType<typeof makeScope> } {
  const scope = makeScope(context, 'outer', reader, message.config);
  const resolved = resolveMessage(message, facts);
  const effects = resolved.instructions.flatMap((instruction, position) => decodeEach(instruction, position, scope));
  const [payer] = message.signers;
  if (payer === undefined) throw new Error('a parsed message has a fee payer');
  return {
    scope,
    effects: judgeDurable([
      feeOf(message, scope, payer),
      ...effects,
      ...ownerlessNonces(scope),
      ...scope.created.flatMap((created) => leftOpen(created)),
      ...oddities(message, resolved, scope),
    ]),
  };
}

/** What a proposal that this message creates leaves behind when the message does not also close it. */
function leftOpen({ proposed, transaction, position, rentPayer, transactionRentLamports, closed }: CreatedProposal): readonly Effect[] {
  if (!proposed) {
    const reason = 'the instruction creates a vault transaction that this message does not propose';
    return [{ kind: 'unknown', instruction: position, program: SQUADS, reason }];
  }
  if (closed) return [];
  const common = { kind: 'account_creation', payer: rentPayer, owner: null } as const;
  return [
    { ...common, instruction: position, account: transaction, what: 'vault transaction', maximumRentLamports: transactionRentLamports },
    {
      ...common,
      instruction: proposed.position,
      account: proposed.proposal,
      what: 'proposal',
      maximumRentLamports: PROPOSAL_RENT_LAMPORTS,
    },
  ];
}
