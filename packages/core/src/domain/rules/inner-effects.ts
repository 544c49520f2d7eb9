import type { Effect } from '../effect.ts';
import type { RuleInput } from './rule.ts';

export interface InnerProblem {
  readonly message: string;
  readonly alarm: string | null;
}

/**
 * What is wrong with an inner instruction that the simulation saw, `null` when nothing is. What the message says openly is judged there, and
 * seen here again; what it does not say may only be a move of value (whose sum is judged), something between strangers, or the doing of a
 * program that the policy lists.
 */
export function innerProblem(effect: Effect, input: RuleInput): InnerProblem | null {
  const { addresses, index } = input;
  switch (effect.kind) {
    case 'asset_outflow':
      return effect.source === addresses.vault
        ? hiddenDestination(effect, input)
        : hidden(`An inner instruction would take value from ${effect.source}`);
    case 'account_creation':
      return effect.payer === addresses.feeAccount ? null : quiet(`An inner instruction would make ${effect.payer} pay for an account`);
    case 'fee':
    case 'memo':
    case 'own_move':
    case 'delegate_revocation':
    case 'foreign':
      return null;
    case 'program_call':
      return index.programs.has(effect.program) ? null : quiet(`It would call ${effect.program}, which the policy does not list`);
    case 'unknown':
      return effect.program !== null && index.programs.has(effect.program)
        ? null
        : quiet(`An inner instruction was not understood: ${effect.reason}`);
    case 'account_closing':
    case 'delegate_approval':
    case 'authority_change':
    case 'burn':
    case 'governance':
      return input.effects.some((each) => same(each, effect))
        ? null
        : hidden(`An inner instruction would do what was not decoded: ${named(effect)}`);
    default:
      return quiet('An inner instruction has an effect of a kind that no rule permits');
  }
}

/** Where no program is called, value goes only to accounts that were decoded; a listed program may pay pools of its own. */
function hiddenDestination(effect: Extract<Effect, { kind: 'asset_outflow' }>, { effects, flows }: RuleInput): InnerProblem | null {
  if (flows.calls) return null;
  const decoded = effects.some((each) => each.kind === 'asset_outflow' && each.destinationAccount === effect.destinationAccount);
  return decoded ? null : hidden(`An inner instruction would pay ${effect.destinationAccount}, which was not decoded`);
}

function hidden(message: string): InnerProblem {
  return { message: `${message}.`, alarm: 'hidden_effect' };
}
function quiet(message: string): InnerProblem {
  return { message: `${message}.`, alarm: null };
}

function named(effect: Effect): string {
  const account = 'account' in effect ? ` of ${effect.account}` : '';
  return effect.kind.replaceAll('_', ' ') + account;
}

/** Equal in everything but the place where they were seen. */
function same(one: Effect, other: Effect): boolean {
  if (one.kind !== other.kind) return false;
  const [names, rest] = [Object.entries(one), other as unknown as { readonly [name: string]: unknown }];
  return names.length === Object.keys(other).length && names.every(([name, value]) => name === 'instruction' || rest[name] === value);
}
