import type { Address } from '../domain/address.ts';
import type { AgentPolicy } from '../domain/agent-policy.ts';
import type { Decision } from '../domain/decision.ts';
import type { DomainError } from '../domain/errors.ts';
import type { Escalation } from '../domain/escalation.ts';
import type { DecisionFacts } from '../domain/facts.ts';
import type { Result } from '../domain/result.ts';

/** Decides. Pure: no I/O, no clock, total over its input. */
export interface IPolicyEngine {
  evaluate(facts: DecisionFacts): Decision;
  /** Parses and checks a policy document for a wallet of this owner, also against what the chain can back. */
  validate(policyText: string, owner: Address): Result<AgentPolicy, DomainError>;
  /** The escalation that a decision leads to, by its rules and by how often the wallet was denied before; `null` for none. */
  determineEscalation(decision: Decision, facts: Pick<DecisionFacts, 'policy' | 'history'>): Escalation | null;
}
