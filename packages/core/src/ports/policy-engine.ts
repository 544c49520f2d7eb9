import type { Decision } from '../domain/decision.ts';
import type { DomainError } from '../domain/errors.ts';
import type { Escalation } from '../domain/escalation.ts';
import type { DecisionFacts } from '../domain/facts.ts';
import type { AgentPolicy } from '../domain/policy.ts';
import type { Result } from '../domain/result.ts';

/** Decides. Pure: no I/O, no clock, total over its input. */
export interface IPolicyEngine {
  evaluate(facts: DecisionFacts): Decision;
  /** Parses and checks a policy document, also against what the chain can back. */
  validate(policyText: string): Result<AgentPolicy, DomainError>;
  /** The escalation that a decision leads to, `null` for none. */
  determineEscalation(decision: Decision): Escalation | null;
}
