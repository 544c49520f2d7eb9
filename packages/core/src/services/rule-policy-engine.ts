import { deriveChainLimits } from '../domain/chain-limits.ts';
import { decide } from '../domain/decide.ts';
import { escalationOf } from '../domain/escalation.ts';
import { parsePolicy } from '../domain/policy.ts';
import type { IPolicyEngine } from '../ports/policy-engine.ts';

/** The policy engine: the rules of domain/rules, nothing else. */
export const rulePolicyEngine: IPolicyEngine = {
  evaluate: decide,
  validate(policyText, owner) {
    const policy = parsePolicy(policyText);
    if (!policy.ok) return policy;
    const backed = deriveChainLimits(policy.value, { owner });
    return backed.ok ? policy : backed;
  },
  determineEscalation: escalationOf,
};
