import { type Address, domainError, type NonceAccount, type WalletAddresses } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { ChainProblem } from '../chain/chain-problem.ts';
import { fits } from './compile-message.ts';
import { compileDurable } from './nonce-messages.ts';
import { tooLarge } from './pack-messages.ts';
import { removeSpendingLimit, setConfigAuthority } from './squads-instructions.ts';

/**
 * Removes spending limits, their rent to the fee account, which pays; signed by the owner ahead of need. Throws `ChainProblem`: `kit_invalid`
 * where there is no limit or the nonce is not the owner's, `message_too_large`.
 */
export function buildLockdown(
  { multisig, owner, feeAccount }: Pick<WalletAddresses, 'multisig' | 'owner' | 'feeAccount'>,
  nonce: NonceAccount,
  limits: readonly Address[],
): Uint8Array {
  if (limits.length === 0) throw new ChainProblem(domainError('kit_invalid', { problem: 'there is no spending limit to remove' }));
  const by = { multisig, authority: owner, payer: feeAccount };
  return kitBytes(
    owner,
    feeAccount,
    nonce,
    limits.map((limit) => removeSpendingLimit(by, limit)),
  );
}

/** Makes the recovery key config authority; signed by the owner ahead of need and paid by the recovery key. Throws as `buildLockdown`. */
export function buildHandOver(
  { multisig, owner }: Pick<WalletAddresses, 'multisig' | 'owner'>,
  recovery: Address,
  nonce: NonceAccount,
): Uint8Array {
  return kitBytes(owner, recovery, nonce, [setConfigAuthority({ multisig, authority: owner }, recovery)]);
}

function kitBytes(owner: Address, feePayer: Address, nonce: NonceAccount, instructions: readonly Instruction[]): Uint8Array {
  if (nonce.authority !== owner)
    throw new ChainProblem(
      domainError('kit_invalid', { problem: `nonce ${nonce.address} is controlled by ${nonce.authority}, not by the owner` }),
    );
  const message = compileDurable(feePayer, nonce, instructions);
  if (!fits(message)) throw tooLarge(message);
  return message.bytes;
}
