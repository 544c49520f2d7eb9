import { createHash } from 'node:crypto';
import type { Effect } from '@countersign/core';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ParsedInstruction } from '../parse-message.ts';
import type { InstructionDecoder, Scope } from '../scope.ts';
import {
  decodeAddMember,
  decodeAddSpendingLimit,
  decodeCreateMultisig,
  decodeRemoveMember,
  decodeRemoveSpendingLimit,
} from './multisig-settings.ts';
import { decodeClose, decodeExecute, decodeProposalCreate, decodeVaultTransactionCreate, decodeVote } from './proposal.ts';
import { decodeSpendingLimitUse } from './spending-limit-use.ts';

type SquadsDecoder = (instruction: ParsedInstruction, args: ByteReader, position: number, scope: Scope) => readonly Effect[];

/** Anchor's discriminator: the first 8 bytes of sha256("global:" ‖ name), as hex. */
const discriminator = (name: string): string => createHash('sha256').update(`global:${name}`).digest('hex').slice(0, 16);

const DECODERS: ReadonlyMap<string, SquadsDecoder> = new Map([
  [discriminator('multisig_create_v2'), decodeCreateMultisig],
  [discriminator('multisig_add_spending_limit'), decodeAddSpendingLimit],
  [discriminator('multisig_remove_spending_limit'), decodeRemoveSpendingLimit],
  [discriminator('multisig_add_member'), decodeAddMember],
  [discriminator('multisig_remove_member'), decodeRemoveMember],
  [discriminator('spending_limit_use'), (...input: Parameters<SquadsDecoder>) => [decodeSpendingLimitUse(...input)]],
  [discriminator('vault_transaction_create'), decodeVaultTransactionCreate],
  [discriminator('proposal_create'), decodeProposalCreate],
  [discriminator('proposal_approve'), (...input: Parameters<SquadsDecoder>) => decodeVote('approve', ...input)],
  [discriminator('proposal_reject'), (...input: Parameters<SquadsDecoder>) => decodeVote('reject', ...input)],
  [discriminator('proposal_cancel'), (...input: Parameters<SquadsDecoder>) => decodeVote('cancel', ...input)],
  [discriminator('vault_transaction_execute'), decodeExecute],
  [discriminator('vault_transaction_accounts_close'), decodeClose],
]);

/** Squads v4: 8 bytes that name the instruction, then its arguments in Borsh. */
export const decodeSquads: InstructionDecoder<ParsedInstruction> = (instruction, position, scope) => {
  const args = new ByteReader(instruction.data);
  const name = Buffer.from(args.bytes(8)).toString('hex');
  const decode = DECODERS.get(name);
  if (!decode) throw new Malformed(`is Squads instruction ${name}, which is not understood`);
  return decode(instruction, args, position, scope);
};
