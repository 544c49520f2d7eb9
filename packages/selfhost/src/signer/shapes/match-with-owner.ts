import { decodeBase58 } from '@countersign/core';
import { verifySignature } from '../../keystore/signing-key.ts';
import { type Claims, createClaims } from '../message/claims.ts';
import { deriveProposal } from '../message/derive-address.ts';
import { type ParsedMessage, parseMessage } from '../message/parse-message.ts';
import { splitMessage } from '../message/plain-instructions.ts';
import { SYSTEM_PROGRAM } from '../message/programs.ts';
import { expectSquads, readSquads, type SquadsInstruction } from '../message/squads-instruction.ts';
import { parseVaultMessage, type VaultMessage } from '../message/vault-message.ts';
import { Refused } from '../refusal.ts';
import { assertSigners } from './assert-signers.ts';
import type { WalletParties } from './signing-context.ts';

/**
 * Shape 2: what the owner signed too. The owner's signature over these very bytes is verified before anything is decoded (INVARIANT I6);
 * then the message must be one complete proposal of this wallet: create, propose, approve twice, execute, close.
 */
export function matchWithOwner(bytes: Uint8Array, ownerSignature: Uint8Array, parties: WalletParties): void {
  if (!verifySignature(ownerSignature, bytes, decodeBase58(parties.owner) ?? new Uint8Array()))
    throw new Refused('bad_owner_signature', 'the message is not signed by the owner');
  const message = parseMessage(bytes);
  const claims = createClaims(message);
  const { creates, others } = splitMessage(message, claims);
  const steps = others.map((instruction) => readSquads(message, instruction, claims));
  const create = expectSquads(steps[0], 'vaultTransactionCreate');
  const propose = expectSquads(steps[1], 'proposalCreate');
  const approvals = [expectSquads(steps[2], 'proposalApprove'), expectSquads(steps[3], 'proposalApprove')];
  const execute = expectSquads(steps[4], 'vaultTransactionExecute');
  const close = expectSquads(steps[5], 'vaultTransactionAccountsClose');
  if (steps.length !== 6) throw new Refused('unknown_shape', 'has more instructions than a proposal', steps[6]?.at ?? null);
  const [payment, second] = creates;
  if (second) throw new Refused('unknown_shape', 'creates more than one token account', second.at);
  if (payment && payment.payer !== parties.feeAccount)
    throw new Refused('unknown_shape', 'rent is not paid by the fee account', payment.at);
  if (payment && [parties.agent, parties.feeAccount].includes(payment.owner))
    throw new Refused('unknown_shape', 'creates a token account of the agent or fee account', payment.at);
  assertAccounts(steps, propose.data.transactionIndex, parties);
  for (const step of [create, propose, execute]) assertMember(step, parties);
  if (new Set(approvals.map((approval) => approval.account('member'))).size !== 2)
    throw new Refused('unknown_shape', 'one member approves twice', approvals[1]?.at ?? null);
  for (const approval of approvals) assertMember(approval, parties);
  for (const step of [create, propose]) assertRole(step, 'rentPayer', parties.feeAccount);
  assertRole(close, 'rentCollector', parties.feeAccount);
  if (create.data.vaultIndex !== 0 || create.data.ephemeralSigners !== 0 || propose.data.draft)
    throw new Refused('unknown_shape', 'uses another vault, ephemeral signers or a draft', create.at);
  assertInner(message, execute, parseVaultMessage(create.data.message, create.at), parties, claims);
  claims.assertExact();
  assertSigners(message, [parties.feeAccount, parties.agent, parties.owner]);
}

/** Every step is of this multisig and of the accounts derived from the one transaction index. */
function assertAccounts(steps: readonly SquadsInstruction[], index: bigint, { multisig }: WalletParties): void {
  const derived = deriveProposal(multisig, index);
  for (const step of steps) {
    if (step.account('multisig') !== multisig) throw new Refused('wrong_wallet', 'is of another multisig', step.at);
    for (const role of ['transaction', 'proposal'] as const)
      if (step.roles.has(role) && step.account(role) !== derived[role])
        throw new Refused('wrong_wallet', `names another ${role} than the one it proposes`, step.at);
    if (step.roles.has('systemProgram')) assertRole(step, 'systemProgram', SYSTEM_PROGRAM);
  }
}

function assertMember(step: SquadsInstruction, { agent, owner }: WalletParties): void {
  const member = step.account(step.roles.has('member') ? 'member' : 'creator');
  if (member !== agent && member !== owner) throw new Refused('wrong_wallet', 'is by someone who is not a member', step.at);
}

function assertRole(step: SquadsInstruction, role: string, expected: string): void {
  if (step.account(role) !== expected) throw new Refused('unknown_shape', `has another ${role}`, step.at);
}

/** The inner message is the owner's decision, but only the vault signs in it, and neither the agent nor the fee account is touched by it. */
function assertInner(
  message: ParsedMessage,
  execute: SquadsInstruction,
  inner: VaultMessage,
  { vault, agent, feeAccount }: WalletParties,
  claims: Claims,
): void {
  if (inner.signers !== 1 || inner.keys[0] !== vault)
    throw new Refused('unknown_shape', 'the vault is not the one signer of the vault message', execute.at);
  if (inner.keys.includes(agent) || inner.keys.includes(feeAccount))
    throw new Refused('unknown_shape', 'the vault message touches the agent or the fee account', execute.at);
  const same =
    execute.rest.length === inner.keys.length && execute.rest.every((key, position) => message.keys[key] === inner.keys[position]);
  if (!same) throw new Refused('unknown_shape', 'executes with other accounts than the vault message names', execute.at);
  for (const [position, index] of execute.rest.entries()) claims.account(index, { writable: inner.isWritable(position) });
}
