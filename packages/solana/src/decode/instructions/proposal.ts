import type { Address, Effect } from '@countersign/core';
import { SYSTEM } from '../addresses/programs.ts';
import { proposalOf, transactionOf } from '../addresses/squads-addresses.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import { parseVaultMessage } from '../inner/parse-vault-message.ts';
import type { ResolvedInstruction } from '../resolved-instruction.ts';
import type { CreatedProposal, Scope } from '../scope.ts';
import { expectAddress, readAccounts, readLeadingAccounts } from './read-accounts.ts';
import { rentLamports } from './rent.ts';
import { endWithoutMemo } from './squads-args.ts';

/** Bytes of a vault transaction account beside its message: discriminator 8, multisig 32, creator 32, index 8, bumps and vault 3, vector 4. */
const TRANSACTION_BYTES = 87;

type Step = 'approve' | 'reject' | 'cancel';

/**
 * `vaultTransactionCreate`: u8 vault index, u8 ephemeral signers, message (u32 length), memo. Accounts: multisig, transaction,
 * creator (signs), rent payer (signs), system program. Its outflows are the message's; `proposalCreate` must follow for the same account.
 */
export function decodeVaultTransactionCreate(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const [multisig, transaction, creator, rentPayer, system] = readAccounts(instruction, ['w', 'w', 's', 'ws', '-']);
  const vaultIndex = args.u8();
  const ephemeralSigners = args.u8();
  const bytes = args.bytes(args.u32());
  endWithoutMemo(args);
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  expectAddress(system, SYSTEM, 'system program');
  expectAddress(rentPayer, scope.context.addresses.feeAccount, 'the fee account, which pays rent');
  if (vaultIndex !== 0) throw new Malformed(`spends from vault ${vaultIndex}, not vault 0`);
  if (ephemeralSigners !== 0) throw new Malformed('has ephemeral signers');
  if (scope.created.some((each) => each.transaction === transaction)) throw new Malformed('creates the same vault transaction again');
  const message = parseVaultMessage(bytes, scope.vault);
  const effects = message.instructions.flatMap((each) => scope.decodeEach(each, position, { ...scope, standing: 'vault' }));
  const transactionRentLamports = rentLamports(TRANSACTION_BYTES + message.storedBytes);
  scope.created.push({ transaction, creator, message, position, rentPayer, transactionRentLamports, proposed: null, closed: false });
  return effects;
}

/** `proposalCreate`: u64 index, bool draft. Accounts: multisig, proposal, creator (signs), rent payer (signs), system program. */
export function decodeProposalCreate(
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const [multisig, proposal, creator, rentPayer, system] = readAccounts(instruction, ['-', 'w', 's', 'ws', '-']);
  const index = args.u64();
  const draft = args.bool();
  args.end();
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  expectAddress(system, SYSTEM, 'system program');
  expectAddress(rentPayer, scope.context.addresses.feeAccount, 'the fee account, which pays rent');
  if (draft) throw new Malformed('makes a draft');
  expectAddress(proposal, proposalOf(multisig, index), `proposal ${index}`);
  const transaction = transactionOf(multisig, index);
  const created = scope.created.find((each) => each.transaction === transaction);
  if (!created) throw new Malformed(`proposes transaction ${index}, which this message does not create`);
  if (created.proposed) throw new Malformed(`proposes transaction ${index} again`);
  if (creator !== created.creator) throw new Malformed('proposes what somebody else created');
  created.proposed = { index, proposal, position };
  return [{ kind: 'governance', instruction: position, wallet: multisig, action: 'propose', member: creator, index }];
}

/**
 * `proposalApprove`, `proposalReject`, `proposalCancel`: memo. Accounts: multisig, member (signs), proposal. An approval has to be of a
 * proposal of this message, since the bytes do not say what another one does; stepping back from another one is understood, index unknown.
 */
export function decodeVote(
  step: Step,
  instruction: ResolvedInstruction,
  args: ByteReader,
  position: number,
  scope: Scope,
): readonly Effect[] {
  const [multisig, member, proposal] = readAccounts(instruction, ['-', 's', 'w']);
  endWithoutMemo(args);
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  const created = scope.created.find((each) => each.proposed?.proposal === proposal);
  if (step === 'approve' && !created) throw new Malformed(`approves proposal ${proposal}, which this message does not create`);
  const common = { kind: 'governance', instruction: position, wallet: multisig, action: step, member } as const;
  return created?.proposed ? [{ ...common, index: created.proposed.index }] : [{ ...common, index: null, proposal }];
}

/**
 * `vaultTransactionExecute`: no arguments. Accounts: multisig, proposal, transaction, member (signs), then exactly the keys of the vault
 * message in its order. The transaction has to be one that this message creates.
 */
export function decodeExecute(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const [multisig, proposal, transaction, member] = readLeadingAccounts(instruction, ['-', 'w', '-', 's']);
  args.end();
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  const { created, index } = findCreated(scope, transaction, proposal, 'executes');
  const remaining = instruction.accounts.slice(4).map(({ address }) => address);
  const { keys } = created.message;
  if (remaining.length !== keys.length || keys.some((key, at) => key !== remaining[at]))
    throw new Malformed('executes with other accounts than those of the vault transaction');
  return [{ kind: 'governance', instruction: position, wallet: multisig, action: 'execute', member, index }];
}

/** `vaultTransactionAccountsClose`: no arguments. Accounts: multisig, proposal, transaction, rent collector (the fee account), system program. */
export function decodeClose(instruction: ResolvedInstruction, args: ByteReader, position: number, scope: Scope): readonly Effect[] {
  const [multisig, proposal, transaction, collector, system] = readAccounts(instruction, ['-', 'w', 'w', 'w', '-']);
  args.end();
  expectAddress(multisig, scope.multisig, 'the multisig of this wallet');
  expectAddress(system, SYSTEM, 'system program');
  expectAddress(collector, scope.context.addresses.feeAccount, 'the fee account, which gets rent back');
  if (!scope.created.some((each) => each.transaction === transaction))
    return [{ kind: 'governance', instruction: position, wallet: multisig, action: 'close', member: null, index: null, proposal }];
  const { created, index } = findCreated(scope, transaction, proposal, 'closes');
  created.closed = true;
  return [{ kind: 'governance', instruction: position, wallet: multisig, action: 'close', member: null, index }];
}

function findCreated(
  scope: Scope,
  transaction: Address,
  proposal: Address,
  doing: string,
): { readonly created: CreatedProposal; readonly index: bigint } {
  const created = scope.created.find((each) => each.transaction === transaction);
  if (!created?.proposed) throw new Malformed(`${doing} transaction ${transaction}, which this message does not create and propose`);
  expectAddress(proposal, created.proposed.proposal, 'the proposal of that transaction');
  return { created, index: created.proposed.index };
}
