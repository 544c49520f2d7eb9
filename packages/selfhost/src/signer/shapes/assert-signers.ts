import type { Address } from '@countersign/core';
import type { ParsedMessage } from '../message/parse-message.ts';
import { Refused } from '../refusal.ts';

/** The first signer pays the fee; the others are exactly `signers` in any order. */
export function assertSigners(message: ParsedMessage, [feeAccount, ...others]: readonly Address[]): void {
  if (message.keys[0] !== feeAccount) throw new Refused('unknown_shape', 'the fee is not paid by the fee account');
  const required = message.keys.slice(1, message.requiredSignatures);
  if (required.length !== others.length || others.some((signer) => !required.includes(signer)))
    throw new Refused('unknown_shape', 'the required signers are not those of the shape');
}
