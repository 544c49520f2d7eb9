import { createClaims } from '../message/claims.ts';
import { type ParsedMessage, parseMessage } from '../message/parse-message.ts';
import { splitMessage } from '../message/plain-instructions.ts';
import { SQUADS_PROGRAM, SYSTEM_PROGRAM } from '../message/programs.ts';
import type { SquadsName } from '../message/squads-accounts.ts';
import type { MultisigCreateArguments } from '../message/squads-arguments.ts';
import { readSquads, type SquadsInstruction } from '../message/squads-instruction.ts';
import { Refused } from '../refusal.ts';
import type { FeeParties } from './fee-parties.ts';
import { beginsWithNonce, matchLockdown } from './match-lockdown.ts';
import { createsAccounts, matchNonceAccounts } from './match-nonce-accounts.ts';

export interface FeeMatch {
  /** Whether the create key is a required signer. */
  readonly needsCreateKey: boolean;
  /** How often it counts where rent is paid: once for a message, once for each nonce account; 0 where the fee account pays none. */
  readonly rents: number;
}

/** The service's own cap on the fee of one message, whatever the bounds say. */
export const SERVICE_FEE_CAP_LAMPORTS = 100_000n;
const MAX_CREATES = 2;
const ALL_PERMISSIONS = 7;

/** Where the fee account must stand, if the role is filled; everywhere else it must not, or an instruction could spend its float. */
const FEE_ROLES: { readonly [Name in SquadsName]?: string } = {
  multisigCreateV2: 'creator',
  multisigAddMember: 'rentPayer',
  multisigRemoveMember: 'rentPayer',
  multisigSetConfigAuthority: 'rentPayer',
  multisigSetRentCollector: 'rentPayer',
  multisigAddSpendingLimit: 'rentPayer',
  multisigRemoveSpendingLimit: 'rentCollector',
  vaultTransactionCreate: 'rentPayer',
  proposalCreate: 'rentPayer',
  vaultTransactionAccountsClose: 'rentCollector',
};
const RENT_NAMES: readonly SquadsName[] = [
  'multisigCreateV2',
  'multisigAddMember',
  'multisigAddSpendingLimit',
  'vaultTransactionCreate',
  'proposalCreate',
];

/**
 * What the fee account signs; it only pays fees and rent. A message that stands on a durable nonce is a lockdown, one that makes accounts makes nonce
 * accounts of the owner; all others hold Squads instructions of this wallet, token-account creation, compute budget and memo.
 */
export function matchFee(bytes: Uint8Array, parties: FeeParties): FeeMatch {
  const message = parseMessage(bytes);
  if (message.keys[0] !== parties.feeAccount) throw new Refused('unknown_shape', 'the fee account is not the fee payer');
  if (beginsWithNonce(message)) {
    matchLockdown(message, parties);
    return { needsCreateKey: false, rents: 0 };
  }
  if (!createsAccounts(message)) return matchWalletMessage(message, parties);
  const { feeLamports, made } = matchNonceAccounts(message, parties);
  assertFee(feeLamports);
  return { needsCreateKey: false, rents: made };
}

function matchWalletMessage(message: ParsedMessage, parties: FeeParties): FeeMatch {
  const claims = createClaims(message);
  const { feeLamports, creates, others } = splitMessage(message, claims);
  assertFee(feeLamports);
  if (creates.length > MAX_CREATES) throw new Refused('unknown_shape', `creates more than ${MAX_CREATES} token accounts`);
  if (creates.length + others.length === 0) throw new Refused('unknown_shape', 'does nothing that the fee account pays for');
  for (const create of creates) {
    if (create.payer !== parties.feeAccount) throw new Refused('unknown_shape', 'rent is not paid by the fee account', create.at);
    if (create.owner === parties.feeAccount || create.mint === parties.feeAccount)
      throw new Refused('unknown_shape', 'creates a token account of the fee account', create.at);
  }
  // The agent's own shapes say for whom an account may be made; a message without the agent has no business making one.
  const signers = message.keys.slice(0, message.requiredSignatures);
  const [create] = creates;
  if (create && (parties.agent === null || !signers.includes(parties.agent)))
    throw new Refused('unknown_shape', 'creates a token account without the agent', create.at);
  let needsCreateKey = false;
  let paysRent = creates.length > 0;
  let executes = false;
  for (const instruction of others) {
    if (instruction.program !== SQUADS_PROGRAM) throw new Refused('unknown_shape', 'is of a program that is not paid for', instruction.at);
    const step = readSquads(message, instruction, claims);
    assertFeeRole(message, step, parties);
    assertChange(step, parties);
    paysRent ||= RENT_NAMES.includes(step.name);
    executes ||= step.rest.length > 0;
    if (step.name === 'multisigCreateV2') {
      assertCreation(step as SquadsInstruction<'multisigCreateV2'>, parties);
      needsCreateKey = true;
    }
  }
  // What is executed names accounts whose flags only the stored message tells.
  if (!executes) claims.assertExact();
  const createKeySigns = signers.includes(parties.createKey);
  if (createKeySigns !== needsCreateKey) throw new Refused('unknown_shape', 'the create key signs where nothing is created');
  return { needsCreateKey, rents: paysRent ? 1 : 0 };
}

function assertFee(feeLamports: bigint): void {
  if (feeLamports > SERVICE_FEE_CAP_LAMPORTS) throw new Refused('fee_too_high', "the fee is over the service's cap");
}

function assertFeeRole(message: ParsedMessage, step: SquadsInstruction, { multisig, feeAccount, createKey }: FeeParties): void {
  if (step.account('multisig') !== multisig) throw new Refused('wrong_wallet', 'is of another multisig', step.at);
  if ((step.roles.get('systemProgram') ?? SYSTEM_PROGRAM) !== SYSTEM_PROGRAM)
    throw new Refused('unknown_shape', 'names another system program', step.at);
  const feeRole = FEE_ROLES[step.name];
  for (const [role, account] of step.roles) {
    if (role === feeRole ? account !== null && account !== feeAccount : account === feeAccount)
      throw new Refused('unknown_shape', `the fee account is not where it belongs (${role})`, step.at);
    if (account === createKey && role !== 'createKey') throw new Refused('unknown_shape', 'uses the create key as something else', step.at);
  }
  if (step.rest.some((index) => message.keys[index] === feeAccount || message.keys[index] === createKey))
    throw new Refused('unknown_shape', 'executes something that touches the fee account', step.at);
}

/** What the owner changes is the owner's decision, but not to the cost of the service, and no key of the signer gets a right by it. */
function assertChange(step: SquadsInstruction, { multisig, agent, feeAccount, createKey }: FeeParties): void {
  if (step.name === 'multisigAddMember') {
    const { member } = (step as SquadsInstruction<'multisigAddMember'>).data;
    if (member === feeAccount || member === createKey)
      throw new Refused('unknown_shape', 'makes the fee account or the create key a member', step.at);
  }
  if (step.name === 'multisigSetConfigAuthority') {
    const authority = (step as SquadsInstruction<'multisigSetConfigAuthority'>).data;
    // The system program's address stands for none: the members would configure the multisig then.
    if ([SYSTEM_PROGRAM, multisig, feeAccount, createKey, agent].includes(authority))
      throw new Refused('unknown_shape', 'makes something else than an owner config authority', step.at);
  }
  if (step.name === 'multisigSetRentCollector' && (step as SquadsInstruction<'multisigSetRentCollector'>).data !== feeAccount)
    throw new Refused('unknown_shape', 'rent does not come back to the fee account', step.at);
}

/** The create key signs only the wallet that was pinned: owner and agent, two of two, the owner as config authority. */
function assertCreation(step: SquadsInstruction<'multisigCreateV2'>, parties: FeeParties): void {
  const { configAuthority, threshold, members, rentCollector }: MultisigCreateArguments = step.data;
  const keys = members.map(({ key }) => key);
  const both = parties.agent !== null && keys.length === 2 && keys.includes(parties.owner) && keys.includes(parties.agent);
  if (!both || members.some(({ permissions }) => permissions !== ALL_PERMISSIONS))
    throw new Refused('unknown_shape', 'the members are not owner and agent with all permissions', step.at);
  if (threshold !== 2 || configAuthority !== parties.owner)
    throw new Refused('unknown_shape', 'is not two of two with the owner as config authority', step.at);
  if (rentCollector !== parties.feeAccount) throw new Refused('unknown_shape', 'rent does not come back to the fee account', step.at);
  if (step.account('createKey') !== parties.createKey) throw new Refused('wrong_wallet', 'has another create key', step.at);
}
