import type { InstructionShape, ProgramRule } from '../agent-policy.ts';
import type { Objection } from '../decision.ts';
import type { ProgramCall } from '../effect.ts';
import type { Sums } from '../flows.ts';
import { objection, type Rule, type RuleInput } from './rule.ts';

/**
 * A program may be called when the policy lists it with an instruction of that shape, and no less comes back than the policy asks, as the
 * simulation shows. What leaves counts in every budget besides.
 */
export const permittedPrograms: Rule = {
  name: 'permitted-programs',
  judge(input) {
    const { effects, index, flows, ownerConsents } = input;
    if (!flows.calls) return [];
    const objections: Objection[] = [];
    const called = new Set<ProgramRule>();
    for (const effect of effects) {
      if (effect.kind !== 'program_call') continue;
      const rule = index.programs.get(effect.program);
      const problem = rule ? problemWithCall(effect, rule) : `The policy does not list the program ${effect.program}.`;
      if (problem !== null) objections.push(denied(problem, { program: effect.program, instruction: effect.instruction }));
      if (rule) called.add(rule);
    }
    if (flows.simulated === null) {
      if (ownerConsents) objections.push(denied('What the called programs do could not be simulated.'));
      return objections;
    }
    for (const rule of called) objections.push(...returnProblems(rule, input, flows.simulated));
    return objections;
  },
};

function denied(message: string, details: Objection['details'] = {}): Objection {
  return objection('permitted-programs', 'denied', message, details);
}

function problemWithCall(call: ProgramCall, rule: ProgramRule): string | null {
  const stranger = call.accounts.find(({ signer, role }) => signer && role !== 'vault');
  if (stranger) return `The call of ${rule.label} (${rule.program}) asks for the signature of ${stranger.address}.`;
  if (rule.instructions.some((shape) => hasShape(call, shape))) return null;
  const begins = call.data === '' ? 'without data' : `whose data begin with ${call.data.slice(0, 32)}`;
  return `The policy lists no instruction of ${rule.label} (${rule.program}) ${begins}, ${call.data.length / 2} bytes, with these accounts.`;
}

function hasShape({ data, accounts }: ProgramCall, shape: InstructionShape): boolean {
  if (shape.discriminator === '' || !data.startsWith(shape.discriminator)) return false;
  if (shape.dataBytes !== null && data.length !== shape.dataBytes * 2) return false;
  return shape.accounts.every(({ position, is }) => {
    const account = accounts[position];
    return account !== undefined && (is === 'vault' || is === 'own_token_account' ? account.role === is : account.address === is);
  });
}

/** By the weights of the group, at least `percent` of what leaves comes back; an asset that has no weight cannot be weighed. */
function returnProblems(
  { worstReturn, label, program }: ProgramRule,
  { index }: RuleInput,
  simulated: { readonly out: Sums; readonly in: Sums },
): readonly Objection[] {
  if (worstReturn === null) return [];
  const group = index.groups.get(worstReturn.group);
  if (!group) return [denied(`The policy has no group ${worstReturn.group} to weigh ${label} (${program}) by.`, { program })];
  const weights = new Map(group.members.map(({ asset, weight }) => [asset, weight]));
  const weighed = (sums: Sums): bigint => [...sums].reduce((sum, [asset, amount]) => sum + amount * (weights.get(asset) ?? 0n), 0n);
  const unweighed = [...simulated.out, ...simulated.in].flatMap(([asset, amount]) => (amount > 0n && !weights.has(asset) ? [asset] : []));
  const objections = [...new Set(unweighed)].map((asset) =>
    denied(`${label} (${program}) moves ${asset}, which the group ${group.name} does not hold.`, { program, asset, group: group.name }),
  );
  const [out, back] = [weighed(simulated.out), weighed(simulated.in)];
  if (back * 100n >= out * BigInt(worstReturn.percent)) return objections;
  const details = { program, group: group.name, leaves: out.toString(), comesBack: back.toString(), percent: worstReturn.percent };
  return [
    ...objections,
    denied(`Of ${out} units of ${group.name} only ${back} come back; the policy asks for ${worstReturn.percent} % at least.`, details),
  ];
}
