import type { Address, DecodeContext, DomainError, Effect, Result } from '@countersign/core';
import { ok } from '@countersign/core';
import { ASSOCIATED_TOKEN, COMPUTE_BUDGET, MEMO, SQUADS } from './addresses/programs.ts';
import { vaultOf } from './addresses/squads-addresses.ts';
import { Malformed } from './bytes/malformed.ts';
import { decodeAssociatedToken } from './instructions/associated-token.ts';
import { decodeComputeBudget, feeLamports } from './instructions/compute-budget.ts';
import { decodeMemo } from './instructions/memo.ts';
import { PROPOSAL_RENT_LAMPORTS } from './instructions/rent.ts';
import { decodeSquads } from './instructions/squads.ts';
import { type ParsedInstruction, type ParsedMessage, parseMessage } from './parse-message.ts';
import type { CreatedProposal, InstructionDecoder, Scope } from './scope.ts';

const DECODERS: ReadonlyMap<Address, InstructionDecoder<ParsedInstruction>> = new Map([
  [COMPUTE_BUDGET, decodeComputeBudget],
  [ASSOCIATED_TOKEN, decodeAssociatedToken],
  [MEMO, decodeMemo],
  [SQUADS, decodeSquads],
]);

/**
 * INVARIANT I6: every effect of a message, from its bytes alone, by code that shares nothing with the code that builds messages.
 * First the fee, then the effects of each instruction in order. What is not understood to the last byte is an `unknown` effect, never
 * left out (INVARIANT I5). Error: `undecodable_message` when the bytes are no message at all.
 */
export function decodeMessage(bytes: Uint8Array, context: DecodeContext): Result<readonly Effect[], DomainError> {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) return parsed;
  return ok(decodeParsed(parsed.value, context));
}

function decodeParsed(message: ParsedMessage, context: DecodeContext): readonly Effect[] {
  const { multisig } = context.addresses;
  const scope: Scope = {
    context,
    multisig,
    vault: vaultOf(multisig),
    created: [],
    tokenOwners: new Map(),
    budget: { unitLimit: null, priceMicroLamports: null },
  };
  const effects = message.instructions.flatMap((instruction, position) => decodeInstruction(instruction, position, scope));
  const [payer] = message.signers;
  if (payer === undefined) throw new Error('a parsed message has a fee payer');
  const amountLamports = feeLamports(message.signers.length, message.instructions.length, scope.budget);
  return [
    { kind: 'fee', instruction: null, payer, amountLamports },
    ...effects,
    ...scope.created.flatMap((created) => leftOpen(created)),
    ...oddities(message, scope),
  ];
}

function decodeInstruction(instruction: ParsedInstruction, position: number, scope: Scope): readonly Effect[] {
  try {
    const decode = DECODERS.get(instruction.program);
    if (!decode) throw new Malformed('calls a program that is not understood');
    return decode(instruction, position, scope);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return [{ kind: 'unknown', instruction: position, program: instruction.program, reason: `the instruction ${error.message}` }];
  }
}

/** What a proposal that this message creates leaves behind when the message does not also close it. */
function leftOpen(created: CreatedProposal): readonly Effect[] {
  const { proposed, transaction, position, rentPayer, transactionRentLamports, closed } = created;
  if (!proposed) return [unknown(position, SQUADS, 'creates a vault transaction that this message does not propose')];
  if (closed) return [];
  const common = { kind: 'account_creation', payer: rentPayer } as const;
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

function oddities(message: ParsedMessage, scope: Scope): readonly Effect[] {
  const found: Effect[] = [];
  if (message.instructions.length === 0) found.push(unknown(null, null, 'has no instruction'));
  for (const table of message.lookupTables) found.push(unknown(null, null, `takes accounts from lookup table ${table}`));
  if (scope.vault !== scope.context.addresses.vault)
    found.push(unknown(null, null, `is for a wallet whose vault is said to be ${scope.context.addresses.vault} and is ${scope.vault}`));
  const used = new Set<Address | null>([message.signers[0] ?? null]);
  for (const { program, accounts } of message.instructions) {
    used.add(program);
    for (const { address } of accounts) used.add(address);
  }
  for (const key of message.keys) if (!used.has(key)) found.push(unknown(null, null, `names ${key}, which no instruction uses`));
  return found;
}

function unknown(instruction: number | null, program: Address | null, problem: string): Effect {
  return { kind: 'unknown', instruction, program, reason: `the ${instruction === null ? 'message' : 'instruction'} ${problem}` };
}
