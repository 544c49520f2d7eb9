import { type Address, type BuiltMessage, domainError, type WalletAddresses } from '@countersign/core';
import { AccountRole, type Instruction } from '@solana/kit';
import { ChainProblem } from '../chain/chain-problem.ts';
import { computeBudget } from './common-instructions.ts';
import { compileMessage, fits, type Lifetime, MAX_TRANSACTION_BYTES, transactionBytes } from './compile-message.ts';
import { callUnits } from './compute-units.ts';
import { kitAddress } from './kit-address.ts';
import { COMPUTE_BUDGET_PROGRAM } from './programs.ts';
import { proposalSteps } from './proposal-steps.ts';
import { compileVaultMessage, type VaultMessage } from './vault-message.ts';

/** An instruction of an agent's message, with the accounts that lookup tables stand for in their places. */
export interface CallInstruction {
  readonly program: Address;
  readonly accounts: readonly { readonly address: Address; readonly signer: boolean; readonly writable: boolean }[];
  readonly data: Uint8Array;
}

/** What the vault does in a call, and of how many instructions. */
export interface CallMessage extends VaultMessage {
  readonly instructions: number;
}

/** Squads counts the accounts of an instruction in one byte, and keys too; no transaction holds nearly as many. */
const MAX_COUNTED = 255;

/**
 * An agent's message as the vault executes it: its instructions in their order, memos too, without those that only shape its own fee
 * (ComputeBudget), and without lookup tables. The same instructions always give the same bytes. Throws `ChainProblem`:
 * `undecodable_message` where anybody but the vault would have to sign or nothing is left to do, `message_too_large`.
 */
export function buildCallMessage(addresses: WalletAddresses, call: readonly CallInstruction[]): CallMessage {
  const kept = call.filter(({ program }) => program !== COMPUTE_BUDGET_PROGRAM);
  if (kept.length === 0) throw refusal('has no instruction that does anything');
  for (const { accounts } of kept)
    for (const { address, signer } of accounts) if (signer && address !== addresses.vault) throw refusal(`needs a signature of ${address}`);
  // Keys alone make it too large before any of Squads' counts can overflow.
  const keys = new Set(kept.flatMap(({ program, accounts }) => [program, ...accounts.map(({ address }) => address)]));
  const least = 32 * keys.size + kept.reduce((sum, { accounts, data }) => sum + accounts.length + data.length, 0);
  if (least > MAX_TRANSACTION_BYTES || kept.length > MAX_COUNTED) throw tooLarge(Math.max(least, MAX_TRANSACTION_BYTES + 1));
  if (kept.some(({ accounts }) => accounts.length > MAX_COUNTED))
    throw refusal(`has an instruction with more than ${MAX_COUNTED} accounts`);
  const instructions = kept.map(
    ({ program, accounts, data }): Instruction => ({
      programAddress: kitAddress(program),
      accounts: accounts.map(({ address, writable }) => ({ address: kitAddress(address), role: roleOf(address, writable, addresses) })),
      data,
    }),
  );
  return { ...compileVaultMessage(addresses.vault, instructions), instructions: kept.length };
}

/** Agent and owner have the vault execute a call together. Throws `ChainProblem` `message_too_large`. */
export async function buildCountersignedCall(input: {
  readonly addresses: WalletAddresses;
  readonly call: CallMessage;
  readonly transactionIndex: bigint;
  readonly priceMicroLamports: bigint;
  /** As for payments: what makes equal calls different bytes. */
  readonly variation: number;
  readonly lifetime: Lifetime;
}): Promise<BuiltMessage> {
  const { addresses, call, transactionIndex, priceMicroLamports, variation, lifetime } = input;
  const budget = computeBudget(callUnits(call.instructions, variation), priceMicroLamports);
  const message = compileMessage(addresses.feeAccount, [...budget, ...(await proposalSteps(addresses, call, transactionIndex))], lifetime);
  if (!fits(message)) throw tooLarge(transactionBytes(message));
  return message;
}

function roleOf(address: Address, writable: boolean, { vault }: WalletAddresses): AccountRole {
  if (address === vault) return AccountRole.WRITABLE_SIGNER;
  return writable ? AccountRole.WRITABLE : AccountRole.READONLY;
}

function refusal(problem: string): ChainProblem {
  return new ChainProblem(domainError('undecodable_message', { problem: `the message ${problem}` }));
}

function tooLarge(bytes: number): ChainProblem {
  return new ChainProblem(domainError('message_too_large', { bytes, limitBytes: MAX_TRANSACTION_BYTES }));
}
