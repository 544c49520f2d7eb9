import type { DecodeContext, Effect, LookupPin, Payment } from '@countersign/core';
import type { AccountFacts } from './account-facts.ts';
import { COMPUTE_BUDGET } from './addresses/programs.ts';
import { decodeEach } from './decode-instruction.ts';
import { FactReader } from './fact-reader.ts';
import { makeScope } from './make-scope.ts';
import { feeOf, oddities, unknownMessage, unread } from './message-effects.ts';
import { parseMessage } from './parse-message.ts';
import type { ParsedMessage } from './parsed-message.ts';
import { paymentOf } from './payment-of.ts';
import { type ResolvedMessage, resolveMessage } from './resolve-message.ts';
import type { ResolvedInstruction } from './resolved-instruction.ts';
import type { Scope } from './scope.ts';

export interface DecodedCallMessage {
  readonly effects: readonly Effect[];
  /** What the message takes from lookup tables. */
  readonly pins: readonly LookupPin[];
  /** The payment that it is, when it is nothing else. */
  readonly payment: Payment | null;
  /** What the vault shall do, without compute budget; empty where an account could not be resolved. */
  readonly instructions: readonly ResolvedInstruction[];
}

/**
 * What an agent's message does when the vault executes it. The vault must be its fee payer and only signer; the fee is reported as the fee
 * account's, which pays for whatever the service builds. Never fails: bytes that are no message are one `unknown` effect, and so is every
 * account that decoding needs and `facts` do not have (INVARIANT I5). The blockhash is not looked at.
 */
export function decodeCall(bytes: Uint8Array, context: DecodeContext, facts: AccountFacts): DecodedCallMessage {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) {
    const problem = 'problem' in parsed.error ? parsed.error.problem : 'the message cannot be read';
    return { effects: [{ kind: 'unknown', instruction: null, program: null, reason: problem }], pins: [], payment: null, instructions: [] };
  }
  const { effects, scope, resolved } = decodeAsVault(parsed.value, context, facts, new FactReader(facts));
  const all = [...effects, ...unread(scope)];
  const instructions = resolved.instructions.filter(({ program }) => program !== COMPUTE_BUDGET);
  return { effects: all, pins: resolved.pins, payment: paymentOf(all, scope), instructions };
}

export function decodeAsVault(
  message: ParsedMessage,
  context: DecodeContext,
  facts: AccountFacts,
  reader: FactReader,
): { readonly effects: readonly Effect[]; readonly scope: Scope; readonly resolved: ResolvedMessage } {
  const budgetScope = makeScope(context, 'outer', reader, message.config);
  const scope: Scope = { ...budgetScope, standing: 'vault' };
  const resolved = resolveMessage(message, facts);
  const effects = resolved.instructions.flatMap((instruction, position) =>
    decodeEach(instruction, position, instruction.program === COMPUTE_BUDGET ? budgetScope : scope),
  );
  const found = [feeOf(message, scope, context.addresses.feeAccount), ...effects, ...oddities(message, resolved, scope)];
  if (message.signers[0] !== scope.vault) found.push(unknownMessage(`is to be paid by ${message.signers[0]}, not by the vault`));
  for (const signer of message.signers) if (signer !== scope.vault) found.push(unknownMessage(`needs the signature of ${signer}`));
  if (resolved.problems.length === 0 && resolved.instructions.every(({ program }) => program === COMPUTE_BUDGET))
    found.push(unknownMessage('does nothing'));
  return { effects: found, scope, resolved };
}
