import {
  type Address,
  acceptedEncodings,
  decodeBase58,
  fail,
  type OwnerStatement,
  ok,
  parseOwnerStatement,
  type Result,
} from '@countersign/core';
import { type Refusal, refusal } from '../signer/refusal.ts';
import type { PinnedWallet } from './key-file.ts';
import { verifySignature } from './signing-key.ts';

/**
 * Reads a statement and checks that it is for this wallet on this network and that one of `signers` (the pinned owner, where none are named)
 * signed it, bare or in the off-chain wrapper. Expiry, nonce and action are the caller's. Errors: `bad_statement`, `wrong_wallet`,
 * `bad_owner_signature`.
 */
export function verifyOwnerStatement(input: {
  readonly statement: string;
  readonly ownerSignature: Uint8Array;
  readonly wallet: PinnedWallet;
  readonly signers?: readonly Address[];
}): Result<OwnerStatement, Refusal> {
  const { statement, ownerSignature, wallet, signers = [wallet.owner] } = input;
  const parsed = parseOwnerStatement(statement);
  if (!parsed.ok) return fail(refusal('bad_statement', 'problem' in parsed.error ? String(parsed.error.problem) : 'is unreadable'));
  if (parsed.value.network !== wallet.network) return fail(refusal('bad_statement', 'is for another network'));
  if (parsed.value.wallet !== wallet.multisig) return fail(refusal('wrong_wallet', 'the statement is for another wallet'));
  const signed = signers.some((signer) => isSignedBy(statement, ownerSignature, signer));
  return signed ? ok(parsed.value) : fail(refusal('bad_owner_signature', "the statement is not signed by the wallet's owner"));
}

/** Whether `signer` signed the text, bare or wrapped. */
export function isSignedBy(statement: string, signature: Uint8Array, signer: Address): boolean {
  const key = decodeBase58(signer) ?? new Uint8Array();
  return acceptedEncodings(statement).some((bytes) => verifySignature(signature, bytes, key));
}
