import type { Objection } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { objection, type Rule, type RuleInput } from './rule.ts';

/** INVARIANT I5: default deny. Every effect must be one that is permitted here; an unknown effect is a denial, never a skip. */
export const permittedEffects: Rule = {
  name: 'permitted-effects',
  judge(input) {
    if (input.effects.length === 0) return [objection('permitted-effects', 'denied', 'The message does nothing.')];
    return input.effects.flatMap((effect): Objection[] => {
      const problem = problemWith(effect, input);
      return problem === null
        ? []
        : [objection('permitted-effects', 'denied', problem, { effect: effect.kind, instruction: effect.instruction })];
    });
  },
};

function problemWith(effect: Effect, { addresses, ownerConsents }: RuleInput): string | null {
  switch (effect.kind) {
    case 'asset_outflow':
      if (effect.source !== addresses.vault) return `It moves value from ${effect.source}, which is not this wallet's vault.`;
      if (effect.destination === null) return `It pays into the token account ${effect.destinationAccount}, whose owner is not known.`;
      if (effect.destination === addresses.vault || effect.destination === addresses.multisig) return 'It pays the wallet itself.';
      if (effect.spendingLimit === null && !ownerConsents) return 'It moves value without a spending limit and without the owner.';
      return null;
    case 'fee':
      return effect.payer === addresses.feeAccount ? null : `Its fee is paid by ${effect.payer}, not by the service's fee account.`;
    case 'account_creation':
      return effect.payer === addresses.feeAccount ? null : `It makes ${effect.payer} pay for an account.`;
    case 'memo':
      return null;
    case 'governance': {
      if (effect.wallet !== addresses.multisig) return `It acts on another wallet, ${effect.wallet}.`;
      const step = ['propose', 'approve', 'execute', 'close'].includes(effect.action);
      return step && ownerConsents ? null : `It would ${effect.action.replace('_', ' ')}, which a payment never does.`;
    }
    case 'unknown':
      return `It holds something that was not understood: ${effect.reason}.`;
  }
}
