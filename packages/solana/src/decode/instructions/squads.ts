import type { Effect } from '@countersign/core';
import { ByteReader } from '../bytes/byte-reader.ts';
import { hashPrefix } from '../bytes/hash-prefix.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';
import type { InstructionDecoder, Scope } from '../scope.ts';
import {
  decodeAddMember,
  decodeAddSpendingLimit,
  decodeChangeThreshold,
  decodeCreateMultisig,
  decodeRemoveMember,
  decodeRemoveSpendingLimit,
  decodeSetConfigAuthority,
  decodeSetRentCollector,
  decodeSetTimeLock,
} from './multisig-settings.ts';
import { decodeClose, decodeExecute, decodeProposalCreate, decodeVaultTransactionCreate, decodeVote } from './proposal.ts';
import { decodeSpendingLimitUse } from './spending-limit-use.ts';

type SquadsDecoder = (instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope) => readonly Effect[];

/** Anchor's discriminator: the first 8 bytes of sha256("global:" ‖ name), as hex. */
const discriminator = (name: string): string => hashPrefix(`global:${name}`);

const DECODERS: ReadonlyMap<string, SquadsDecoder> = new Map([
  [discriminator('multisig_create_v2'), decodeCreateMultisig],
  [discriminator('multisig_add_spending_limit'), decodeAddSpendingLimit],
  [discriminator('multisig_remove_spending_limit'), decodeRemoveSpendingLimit],
  [discriminator('multisig_add_member'), decodeAddMember],
  [discriminator('multisig_remove_member'), decodeRemoveMember],
  [discriminator('multisig_change_threshold'), decodeChangeThreshold],
  [discriminator('multisig_set_time_lock'), decodeSetTimeLock],
  [discriminator('multisig_set_config_authority'), decodeSetConfigAuthority],
  [discriminator('multisig_set_rent_collector'), decodeSetRentCollector],
  [discriminator('spending_limit_use'), (...input: Parameters<SquadsDecoder>) => [decodeSpendingLimitUse(...input)]],
  [discriminator('vault_transaction_create'), decodeVaultTransactionCreate],
  [discriminator('proposal_create'), decodeProposalCreate],
  [discriminator('proposal_approve'), (...input: Parameters<SquadsDecoder>) => decodeVote('approve', ...input)],
  [discriminator('proposal_reject'), (...input: Parameters<SquadsDecoder>) => decodeVote('reject', ...input)],
  [discriminator('proposal_cancel'), (...input: Parameters<SquadsDecoder>) => decodeVote('cancel', ...input)],
  [discriminator('vault_transaction_execute'), decodeExecute],
  [discriminator('vault_transaction_accounts_close'), decodeClose],
]);

/** What this service has no use for, in words. */
const REFUSED: ReadonlyMap<string, string> = new Map(
  [
    ['program_config_init', 'sets Squads itself up'],
    ['program_config_set_authority', 'changes who controls Squads itself'],
    ['program_config_set_multisig_creation_fee', 'changes what Squads costs'],
    ['program_config_set_treasury', 'changes where fees of Squads go'],
    ['multisig_create', 'makes a multisig the old way'],
    ['config_transaction_create', 'proposes other settings of a multisig'],
    ['config_transaction_execute', 'executes other settings of a multisig'],
    ['config_transaction_accounts_close', 'closes proposed settings of a multisig'],
    ['transaction_buffer_create', 'begins a vault transaction that comes in parts'],
    ['transaction_buffer_extend', 'adds to a vault transaction that comes in parts'],
    ['transaction_buffer_close', 'ends a vault transaction that comes in parts'],
    ['vault_transaction_create_from_buffer', 'makes a vault transaction out of bytes that came earlier'],
    ['batch_create', 'begins a batch of vault transactions'],
    ['batch_add_transaction', 'adds to a batch of vault transactions'],
    ['batch_execute_transaction', 'executes out of a batch of vault transactions'],
    ['batch_accounts_close', 'closes a batch of vault transactions'],
    ['vault_batch_transaction_account_close', 'closes a transaction of a batch'],
    ['proposal_activate', 'opens a draft for voting'],
    ['proposal_cancel_v2', 'cancels a proposal that was approved'],
  ].map(([name = '', words = '']): [string, string] => [discriminator(name), `is Squads ${name}: it ${words}`]),
);

/** Squads v4: 8 bytes that name the instruction, then its arguments in Borsh. Only at the top of a message of the service. */
export const decodeSquads: InstructionDecoder = (instruction, position, scope) => {
  const args = new ByteReader(instruction.data);
  const name = Buffer.from(args.bytes(8)).toString('hex');
  if (scope.standing === 'vault') throw new Malformed('has the vault itself call Squads');
  if (scope.standing === 'called') throw new Malformed('is a call of Squads by another program');
  const decode = DECODERS.get(name);
  if (!decode) throw new Malformed(REFUSED.get(name) ?? `is Squads instruction ${name}, which is not understood`);
  return decode(instruction, args, position, scope);
};
