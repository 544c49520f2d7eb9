import type { Address } from '../domain/address.ts';
import { verifyEd25519 } from '../domain/ed25519.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { acceptedEncodings } from '../domain/off-chain-message.ts';
import { type OwnerStatement, parseOwnerStatement } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { StatementAction } from '../domain/statement-lines.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Signature } from '../ports/key-management-service.ts';
import { networkOf } from './network-of.ts';

/** A text and a signature over it, bare or wrapped, that somebody handed in. */
export interface SignedText {
  readonly text: string;
  readonly signature: Signature;
}
/** With what the text says. */
export interface GivenStatement<Action extends StatementAction> extends SignedText {
  readonly statement: OwnerStatement & { readonly action: Action };
}

/** Reads a statement that must be about one action. Asks nothing and proves nothing yet. */
export function readGivenStatement<Action extends StatementAction>(
  action: Action,
  { statement: text, signature }: { readonly statement: string; readonly signature: Signature },
): Result<GivenStatement<Action>, DomainError> {
  const parsed = parseOwnerStatement(text);
  if (!parsed.ok) return parsed;
  if (parsed.value.action !== action)
    return fail(domainError('statement_invalid', { problem: `it is about ${parsed.value.action}, not ${action}` }));
  return ok({ statement: parsed.value as GivenStatement<Action>['statement'], text, signature });
}

/** Whether `owner` signed the text, bare or wrapped. */
export function isSignedBy(owner: Address, { text, signature }: SignedText): boolean {
  return acceptedEncodings(text).some((bytes) => verifyEd25519(owner, bytes, signature));
}

/**
 * Uses a statement up, in the transaction of its effect and under the wallet's lock. INVARIANT I6: it is signed by who owns the wallet now, names
 * this wallet and its network, has not expired by the database's clock, and was never used before.
 */
export async function useOwnerStatement(
  tx: ITransaction,
  wallet: Wallet,
  given: SignedText & { readonly statement: OwnerStatement },
  atMs: number,
): Promise<Result<void, DomainError>> {
  const refuse = (problem: string): Result<void, DomainError> => fail(domainError('statement_invalid', { problem }));
  const { statement, text, signature } = given;
  if (statement.wallet !== wallet.multisig) return refuse('it is for another wallet');
  if (statement.network !== (await networkOf(tx, wallet.id))) return refuse('it is for another network');
  if (!isSignedBy(wallet.owner, given)) return fail(domainError('owner_signature_invalid', { what: 'the statement' }));
  if (atMs > statement.expiresAtMs) return refuse('it has expired');
  const entry = { walletId: wallet.id, nonce: statement.nonce, text, signature, secondSignature: null, atMs };
  return (await tx.statements.use(entry)) ? ok(undefined) : refuse('it was used before');
}
