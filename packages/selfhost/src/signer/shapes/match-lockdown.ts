import { createClaims } from '../message/claims.ts';
import type { ParsedMessage } from '../message/parse-message.ts';
import { LAMPORTS_PER_SIGNATURE, SYSTEM_PROGRAM } from '../message/programs.ts';
import { expectSquads, readSquads } from '../message/squads-instruction.ts';
import { readAdvanceNonce } from '../message/system-instruction.ts';
import { Refused } from '../refusal.ts';
import { assertSigners } from './assert-signers.ts';
import type { FeeParties } from './fee-parties.ts';

const ADVANCE_NONCE_DATA = '04000000';

/** Whether the message stands on a durable nonce: then it must be a lockdown. Source: Solana takes a nonce only from the first instruction. */
export function beginsWithNonce({ instructions: [first] }: ParsedMessage): boolean {
  return first?.program === SYSTEM_PROGRAM && Buffer.from(first.data.subarray(0, 4)).toString('hex') === ADVANCE_NONCE_DATA;
}

/**
 * What the fee account signs although its signature is good for as long as the nonce stands: the owner takes spending limits of this wallet off the
 * chain. INVARIANT I7: it can only take rights away; all it can cost is the fee of two signatures.
 */
export function matchLockdown(message: ParsedMessage, parties: FeeParties): { readonly feeLamports: bigint } {
  const claims = createClaims(message);
  const [first, ...others] = message.instructions;
  if (!first || others.length === 0) throw new Refused('unknown_shape', 'removes no spending limit');
  const nonce = readAdvanceNonce(message, first, claims);
  if (nonce.authority !== parties.owner) throw new Refused('wrong_wallet', "the nonce is not of this wallet's owner", first.at);
  const limits = new Set<string>();
  for (const instruction of others) {
    const step = expectSquads(readSquads(message, instruction, claims), 'multisigRemoveSpendingLimit');
    if (step.account('multisig') !== parties.multisig) throw new Refused('wrong_wallet', 'is of another multisig', step.at);
    if (step.account('configAuthority') !== parties.owner) throw new Refused('wrong_wallet', 'is not by the owner', step.at);
    if (step.account('rentCollector') !== parties.feeAccount)
      throw new Refused('unknown_shape', 'rent does not come back to the fee account', step.at);
    if (step.data !== null) throw new Refused('unknown_shape', 'carries a memo', step.at);
    const limit = step.account('spendingLimit');
    const taken: readonly string[] = [parties.feeAccount, parties.owner, parties.multisig, nonce.account, ...limits];
    if (taken.includes(limit)) throw new Refused('unknown_shape', 'names a spending limit twice, or none', step.at);
    limits.add(limit);
  }
  claims.assertExact();
  assertSigners(message, [parties.feeAccount, parties.owner]);
  return { feeLamports: BigInt(message.requiredSignatures) * LAMPORTS_PER_SIGNATURE };
}
