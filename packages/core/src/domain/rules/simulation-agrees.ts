import type { Address } from '../address.ts';
import type { Objection } from '../decision.ts';
import { innerProblem } from './inner-effects.ts';
import { alarm, objection, type Rule, type RuleInput } from './rule.ts';

/**
 * The simulation is a second witness: where it saw more leave than was decoded, a change of authority, or an inner instruction that the
 * decoder would not allow, the answer is no. What a listed program takes is judged by its amount, not by the decoder, which cannot know it.
 */
export const simulationAgrees: Rule = {
  name: 'simulation-agrees',
  judge(input) {
    const { simulation } = input;
    if (simulation === null) return [];
    return [...amounts(input), ...authorities(input), ...feeAccount(input), ...inner(input)];
  },
};

function no(message: string, details: Objection['details'] = {}): Objection {
  return objection('simulation-agrees', 'denied', message, details);
}

function amounts({ flows }: RuleInput): readonly Objection[] {
  const objections: Objection[] = [];
  if (flows.calls || flows.simulated === null) return objections;
  for (const [seen, how] of [
    [flows.simulated.out, 'would leave'],
    [flows.inner, 'would be taken by inner instructions'],
  ] as const)
    for (const [asset, amount] of seen) {
      const expected = flows.moved.get(asset) ?? 0n;
      if (amount > expected)
        objections.push(
          no(`${amount} base units of ${asset} ${how}, but only ${expected} were decoded.`, {
            asset,
            simulated: amount.toString(),
            decoded: expected.toString(),
            ...alarm('hidden_outflow'),
          }),
        );
    }
  return objections;
}

/** Accounts that the message closes, or whose delegate it sets, as decoded, change who controls them; no others may. */
function authorities({ simulation, effects }: RuleInput): readonly Objection[] {
  const changed = simulation?.authorityChanges ?? [];
  if (changed.length === 0) return [];
  const expected = new Set<Address>();
  for (const effect of effects)
    if (effect.kind === 'account_closing' || effect.kind === 'delegate_approval' || effect.kind === 'delegate_revocation')
      expected.add(effect.account);
  return changed.flatMap((account) =>
    expected.has(account) ? [] : [no(`It would change who controls ${account}.`, { account, ...alarm('hidden_authority_change') })],
  );
}

function feeAccount({ simulation, flows }: RuleInput): readonly Objection[] {
  const paid = simulation?.feeAccountOutflowLamports ?? 0n;
  if (paid <= flows.feesLamports) return [];
  return [
    no(`The fee account would pay ${paid} lamports, but only ${flows.feesLamports} were decoded.`, {
      simulated: paid.toString(),
      decoded: flows.feesLamports.toString(),
      ...alarm('hidden_fee'),
    }),
  ];
}

function inner(input: RuleInput): readonly Objection[] {
  const objections: Objection[] = [];
  for (const effect of input.simulation?.innerEffects ?? []) {
    const problem = innerProblem(effect, input);
    if (problem === null) continue;
    const details = { effect: effect.kind, instruction: effect.instruction, ...(problem.alarm === null ? {} : alarm(problem.alarm)) };
    objections.push(no(problem.message, details));
  }
  return objections;
}
