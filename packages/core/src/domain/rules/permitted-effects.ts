import type { Address } from '../address.ts';
import type { Objection } from '../decision.ts';
import type { Effect } from '../effect.ts';
import { alarm, objection, type Rule, type RuleInput } from './rule.ts';

/**
 * INVARIANT I5: default deny. Every effect must be one that is permitted here; an unknown effect is a denial, never a skip. Calls of programs
 * are left to `permitted-programs`.
 */
export const permittedEffects: Rule = {
  name: 'permitted-effects',
  judge(input) {
    if (!input.effects.some(({ kind }) => kind !== 'fee' && kind !== 'memo'))
      return [objection('permitted-effects', 'denied', 'The message does nothing.')];
    const objections: Objection[] = [];
    for (const effect of input.effects) {
      const problem = problemWith(effect, input);
      if (problem === null) continue;
      const [message, details] = typeof problem === 'string' ? [problem, {}] : [problem.message, alarm(problem.alarm)];
      objections.push(
        objection('permitted-effects', 'denied', message, { effect: effect.kind, instruction: effect.instruction, ...details }),
      );
    }
    return objections;
  },
};

/** In words; with an alarm where no honest agent does it. */
type Problem = string | { readonly message: string; readonly alarm: string } | null;

const STEPS: ReadonlySet<string> = new Set(['propose', 'approve', 'execute', 'close']);

function problemWith(effect: Effect, input: RuleInput): Problem {
  const { addresses, index } = input;
  switch (effect.kind) {
    case 'asset_outflow':
      if (!isAmount(effect.amount)) return 'It moves what is no amount.';
      if (effect.source !== addresses.vault)
        return { message: `It moves value from ${effect.source}, which is not this wallet's vault.`, alarm: 'foreign_source' };
      if (effect.destination === null) return `It pays into the account ${effect.destinationAccount}, whose owner is not known.`;
      if (effect.destination === addresses.vault || effect.destination === addresses.multisig) return 'It pays the wallet itself.';
      return null;
    case 'own_move':
      return isAmount(effect.amount) ? null : 'It moves what is no amount.';
    case 'fee':
      if (!isAmount(effect.amountLamports)) return 'Its fee is no amount.';
      return effect.payer === addresses.feeAccount ? null : `Its fee is paid by ${effect.payer}, not by the service's fee account.`;
    case 'account_creation':
      if (!isAmount(effect.maximumRentLamports)) return 'Its rent is no amount.';
      if (effect.payer !== addresses.feeAccount) return `It makes ${effect.payer} pay for an account.`;
      return effect.owner === null || concerns(effect.owner, input) ? null : `It makes the service pay for an account of ${effect.owner}.`;
    case 'account_closing':
      if (effect.destination !== addresses.vault) return `It closes ${effect.account}, and what is in it goes to ${effect.destination}.`;
      if (!isAmount(effect.amountLamports)) return `It closes ${effect.account}, whose balance is not known.`;
      return null;
    case 'delegate_approval':
      if (!isAmount(effect.amount)) return 'It approves what is no amount.';
      if (!index.recipients.has(effect.delegate))
        return {
          message: `It lets ${effect.delegate}, who is no listed recipient, take from ${effect.account}.`,
          alarm: 'delegate_to_stranger',
        };
      return effect.asset === null ? `It lets a delegate take an unknown asset from ${effect.account}.` : null;
    case 'delegate_revocation':
    case 'memo':
    case 'program_call':
      return null;
    case 'authority_change':
      return {
        message: `It would change the ${effect.authority} of ${effect.account}${effect.to === null ? '' : ` to ${effect.to}`}.`,
        alarm: 'authority_change',
      };
    case 'burn':
      return `It would burn ${effect.amount} base units of ${effect.asset ?? 'an unknown asset'}.`;
    case 'governance':
      return governanceProblem(effect, input);
    case 'foreign':
      return `It calls ${effect.program} for something that has nothing to do with this wallet: ${effect.what}.`;
    case 'unknown':
      return `It holds something that was not understood: ${effect.reason}.`;
    default:
      return 'It holds an effect of a kind that no rule permits.';
  }
}

/** A value that sums can be made of, whatever the types say. */
function isAmount(value: unknown): boolean {
  return typeof value === 'bigint' && value >= 0n;
}

/** Whose accounts a payment may make the service pay for: the wallet's, and those of who is paid. */
function concerns(owner: Address, { addresses, effects }: RuleInput): boolean {
  if (owner === addresses.vault || owner === addresses.multisig) return true;
  return effects.some((effect) => effect.kind === 'asset_outflow' && effect.destination === owner);
}

/** With the owner's signature a payment is proposed, approved by both, executed and closed, all of this wallet; nothing else is. */
function governanceProblem(effect: Extract<Effect, { kind: 'governance' }>, { addresses, ownerConsents }: RuleInput): Problem {
  const governs = (message: string): Problem => ({ message, alarm: 'governance' });
  if (effect.wallet !== addresses.multisig) return governs(`It acts on another wallet, ${effect.wallet}.`);
  if (!ownerConsents || !STEPS.has(effect.action))
    return governs(`It would ${effect.action.replaceAll('_', ' ')}, which a payment never does.`);
  const member = 'member' in effect ? effect.member : null;
  if (member !== null && member !== addresses.owner && member !== addresses.agent)
    return governs(`It would ${effect.action} in the name of ${member}, who is neither the owner nor the agent.`);
  return null;
}
