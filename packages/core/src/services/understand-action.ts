import type { DomainError } from '../domain/errors.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { Dependencies } from './dependencies.ts';
import { decodeContext, type UnderstoodAction } from './plan-action.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { AskedAction } from './propose-transaction-input.ts';

/**
 * Reads what an agent asks. A message is decoded as the vault would execute it; one that is nothing but a payment is paid like any payment, so
 * that no limit depends on how it was asked for; what it would have paid for its own way is held against the fee cap too.
 */
export async function understandAction(
  deps: Dependencies,
  wallet: Wallet,
  policy: PolicyInForce | null,
  asked: AskedAction,
): Promise<Result<UnderstoodAction, DomainError>> {
  if (asked.kind === 'payment') return ok({ action: asked, effects: [] });
  const decoded = await deps.chain.decodeCall(asked.message, decodeContext(wallet, policy, null));
  if (!decoded.ok) return decoded;
  const { payment, pins, effects } = decoded.value;
  return payment === null
    ? ok({ action: { kind: 'call', message: asked.message, pins }, effects })
    : ok({ action: { kind: 'payment', payment }, effects: effects.filter(({ kind }) => kind === 'fee') });
}
