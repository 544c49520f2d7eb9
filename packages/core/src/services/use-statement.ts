import { type DomainError, domainError } from '../domain/errors.ts';
import { parseOwnerStatement } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { ApprovalInContext } from './read-approval.ts';

/** Uses the statement up, in the transaction of its effect: not after it expired, and once (INVARIANT I6). */
export async function useStatement(
  tx: ITransaction,
  { approval, wallet }: ApprovalInContext,
  signature: Signature,
  atMs: number,
  newOwnerSignature: Signature | null = null,
): Promise<Result<void, DomainError>> {
  const text = approval.prepared?.statement ?? '';
  const statement = parseOwnerStatement(text);
  if (!statement.ok) return statement;
  if (atMs > statement.value.expiresAtMs) return fail(domainError('statement_invalid', { problem: 'it has expired; prepare again' }));
  const { nonce } = statement.value;
  const fresh = await tx.statements.use({ walletId: wallet.id, nonce, text, signature, secondSignature: newOwnerSignature, atMs });
  return fresh ? ok(undefined) : fail(domainError('statement_invalid', { problem: 'it was used before' }));
}
