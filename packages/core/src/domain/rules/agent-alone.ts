import type { Objection } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { objection, type Rule } from './rule.ts';

/** What the chain does not bound for the agent can only be done with the owner's signature; one objection for each kind. */
export const agentAlone: Rule = {
  name: 'agent-alone',
  judge({ effects }) {
    const objections = new Map<string, Objection>();
    for (const effect of effects) {
      const what = whatNeedsOwner(effect);
      if (what !== null && !objections.has(what))
        objections.set(
          what,
          objection('agent-alone', 'needs_owner', `${what} can only be done with the owner's signature.`, {
            effect: effect.kind,
            instruction: effect.instruction,
          }),
        );
    }
    return [...objections.values()];
  },
};

function whatNeedsOwner(effect: Effect): string | null {
  switch (effect.kind) {
    case 'asset_outflow':
      return effect.spendingLimit === null ? 'A payment without a spending limit on chain' : null;
    case 'program_call':
      return 'A call of a program';
    case 'delegate_approval':
      return 'Letting a delegate take from an account';
    case 'delegate_revocation':
      return "Taking a delegate's right away";
    case 'own_move':
      return "A move between the vault's own accounts";
    case 'account_closing':
      return 'Closing an account';
    case 'governance':
      return 'A step of a proposal';
    case 'fee':
    case 'account_creation':
    case 'memo':
      return null;
    // Denied by `permitted-effects`, whoever signs.
    default:
      return 'Anything else';
  }
}
