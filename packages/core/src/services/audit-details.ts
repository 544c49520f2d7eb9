import type { AuditDetails } from '../domain/audit.ts';
import type { Decision } from '../domain/decision.ts';
import type { RequestState } from '../domain/request-states.ts';
import type { Payment } from '../ports/blockchain-adapter.ts';

/** What the audit log keeps of a decision. */
export function describeDecision(payment: Payment, decision: Decision, state: RequestState): AuditDetails {
  return {
    state,
    verdict: decision.verdict,
    route: decision.route,
    policyRevision: decision.policyRevision,
    asset: payment.asset,
    amount: payment.amount.toString(),
    recipient: payment.recipient,
    memo: payment.memo,
    objections: decision.objections.map(({ rule, outcome, message }) => `${rule} (${outcome}): ${message}`),
  };
}
