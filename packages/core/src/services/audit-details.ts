import type { AuditDetails } from '../domain/audit.ts';
import type { Decision } from '../domain/decision.ts';
import type { Escalation } from '../domain/escalation.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { RequestState } from '../domain/request-states.ts';
import type { RequestedAction } from '../ports/blockchain-adapter.ts';

/** What the audit log keeps of a decision; `state` is `null` for a dry run. */
export function describeDecision(
  action: RequestedAction,
  decision: Decision,
  state: RequestState | null,
  escalation: Escalation | null,
): AuditDetails {
  return {
    state,
    verdict: decision.verdict,
    route: decision.route,
    policyRevision: decision.policyRevision,
    ...describeAction(action),
    objections: decision.objections.map(({ rule, outcome, message }) => `${rule} (${outcome}): ${message}`),
    escalation,
  };
}

function describeAction(action: RequestedAction): AuditDetails {
  if (action.kind === 'call') return { messageSha256: sha256Hex(action.message) };
  const { asset, amount, recipient, memo } = action.payment;
  return { asset, amount: amount.toString(), recipient, memo };
}
