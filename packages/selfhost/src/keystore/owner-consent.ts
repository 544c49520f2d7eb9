import { acceptedEncodings, decodeBase58, fail, type OwnerStatement, ok, parseOwnerStatement, type Result } from '@countersign/core';
import { type Refusal, refusal } from '../signer/refusal.ts';
import type { PinnedWallet } from './key-file.ts';
import { verifySignature } from './signing-key.ts';

/**
 * Reads a statement and checks that it is for this wallet on this network and that the pinned owner signed it, bare or in the
 * off-chain wrapper. Expiry, nonce and action are the caller's. Errors: `bad_statement`, `wrong_wallet`, `bad_owner_signature`.
 */
export function verifyOwnerStatement(input: {
  readonly statement: string;
  readonly ownerSignature: Uint8Array;
  readonly wallet: PinnedWallet;
}): Result<OwnerStatement, Refusal> {
  const parsed = parseOwnerStatement(input.statement);
  if (!parsed.ok) return fail(refusal('bad_statement', 'problem' in parsed.error ? String(parsed.error.problem) : 'is unreadable'));
  const { network, multisig, owner } = input.wallet;
  if (parsed.value.network !== network) return fail(refusal('bad_statement', 'is for another network'));
  if (parsed.value.wallet !== multisig) return fail(refusal('wrong_wallet', 'the statement is for another wallet'));
  const ownerKey = decodeBase58(owner) ?? new Uint8Array();
  const signed = acceptedEncodings(input.statement).some((bytes) => verifySignature(input.ownerSignature, bytes, ownerKey));
  return signed ? ok(parsed.value) : fail(refusal('bad_owner_signature', "the statement is not signed by the wallet's owner"));
}
