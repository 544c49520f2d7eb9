import type { Address, CalledAccount, Effect } from '@countersign/core';
import {
  ASSOCIATED_TOKEN,
  COMPUTE_BUDGET,
  ED25519,
  LOADER_UPGRADEABLE,
  LOADER_V1,
  LOADER_V2,
  LOADER_V4,
  LOOKUP_TABLE,
  MEMO,
  MEMO_V1,
  SECP256K1,
  SECP256R1,
  SQUADS,
  STAKE,
  SYSTEM,
  TOKEN,
  TOKEN_2022,
  VOTE,
} from './addresses/programs.ts';
import { Malformed } from './bytes/malformed.ts';
import { decodeAssociatedToken } from './instructions/associated-token.ts';
import { decodeComputeBudget } from './instructions/compute-budget.ts';
import { decodeLoader } from './instructions/loaders.ts';
import { decodeLookupTableProgram } from './instructions/lookup-table-program.ts';
import { decodeMemo } from './instructions/memo.ts';
import { decodeOuterSystem } from './instructions/outer-system.ts';
import { decodePrecompile } from './instructions/precompiles.ts';
import { decodeSquads } from './instructions/squads.ts';
import { decodeStake } from './instructions/stake.ts';
import { decodeSystem } from './instructions/system.ts';
import { decodeToken } from './instructions/token.ts';
import { decodeToken2022 } from './instructions/token-2022.ts';
import { decodeVote } from './instructions/vote.ts';
import type { ResolvedInstruction } from './resolved-instruction.ts';
import type { InstructionDecoder, Scope } from './scope.ts';
import { isOwnTokenAccount } from './wallet-accounts.ts';

/** What a message of the service may hold beside what its vault does. */
const OUTER: ReadonlyMap<Address, InstructionDecoder> = new Map([
  [COMPUTE_BUDGET, decodeComputeBudget],
  [ASSOCIATED_TOKEN, decodeAssociatedToken],
  [MEMO, decodeMemo],
  [SQUADS, decodeSquads],
  [SYSTEM, decodeOuterSystem],
]);

const ALL: ReadonlyMap<Address, InstructionDecoder> = new Map([
  ...OUTER,
  [MEMO_V1, decodeMemo],
  [SYSTEM, decodeSystem],
  [TOKEN, decodeToken],
  [TOKEN_2022, decodeToken2022],
  [LOOKUP_TABLE, decodeLookupTableProgram],
  [LOADER_V1, decodeLoader],
  [LOADER_V2, decodeLoader],
  [LOADER_UPGRADEABLE, decodeLoader],
  [LOADER_V4, decodeLoader],
  [STAKE, decodeStake],
  [VOTE, decodeVote],
  [ED25519, decodePrecompile],
  [SECP256K1, decodePrecompile],
  [SECP256R1, decodePrecompile],
]);

/**
 * What one instruction does. INVARIANT I5: one that is not understood to the last byte is an `unknown` effect, never left out. A program that
 * the decoder does not know is a `program_call` where the vault calls it, and unknown everywhere else.
 */
export function decodeEach(instruction: ResolvedInstruction, position: number, scope: Scope): readonly Effect[] {
  try {
    const decode = (scope.standing === 'outer' ? OUTER : ALL).get(instruction.program);
    if (decode) return decode(instruction, position, scope);
    if (scope.standing === 'vault') return [programCall(instruction, position, scope)];
    throw new Malformed('calls a program that is not understood');
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return [{ kind: 'unknown', instruction: position, program: instruction.program, reason: `the instruction ${error.message}` }];
  }
}

function programCall({ program, accounts, data }: ResolvedInstruction, position: number, scope: Scope): Effect {
  const roleOf = (account: Address): CalledAccount['role'] => {
    if (account === scope.vault) return 'vault';
    if (!ALL.has(account)) scope.facts.read(account);
    return isOwnTokenAccount(scope, account) ? 'own_token_account' : 'other';
  };
  return {
    kind: 'program_call',
    instruction: position,
    program,
    data: Buffer.from(data).toString('hex'),
    accounts: accounts.map(({ address, signer, writable }) => ({ address, writable, signer, role: roleOf(address) })),
  };
}
