import {
  type AssetId,
  type Decision,
  type ExplainedBudget,
  type ExplainedRule,
  explainBudgets,
  explainRules,
  parseAssetId,
  SUPPOSED_ADDRESSES,
  type SupposedPast,
  supposedDecision,
} from '@countersign/core';
import { flag, type Handler, type Invocation, listed, required, text } from '../invocation.ts';
import { answer, EXIT_CODES, type Failure, misuse } from '../outcome.ts';
import { budgetAmount } from '../output/budget-amount.ts';
import { duration } from '../output/duration.ts';
import { facts, table } from '../output/table.ts';
import { good, type Result } from '../result.ts';
import { pair } from '../support/pair.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';
import { readSupposedPayment } from '../support/read-supposed-payment.ts';
import { parseBaseUnits } from '../support/ui-amount.ts';

/** `policy explain`: what a policy would decide on a payment, by the very function that decides. Local; the past is what is stated. */
const policyExplain: Handler = async (invocation) => {
  const [file = ''] = invocation.args;
  const policy = readPolicyFile(invocation.world.cwd, file);
  if (!policy.ok) return policy;
  const payment = readSupposedPayment(invocation.world.cwd, required(invocation, 'request'));
  if (!payment.ok) return payment;
  const past = readPast(invocation);
  if (!past.ok) return past;
  const decision = supposedDecision(policy.value.policy, payment.value, past.value);
  const rules = explainRules(decision).map((each) => ({ ...each, sentences: each.sentences.map(inPlainWords) }));
  const budgets = explainBudgets(decision).map((each) => ({ ...each, line: { ...each.line, of: inPlainWords(each.line.of) } }));
  return answer(
    { ...decisionJson(decision), rules, budgets: budgets.map(budgetJson) },
    [
      ...facts([
        ['verdict', VERDICTS[decision.verdict]],
        ['route', decision.route],
        ['delay', decision.delaySeconds === null ? null : duration(decision.delaySeconds)],
        ['at', moment(decision.decidedAtMs)],
      ]),
      '',
      ...ruleLines(rules),
      ...budgetLines(budgets),
    ],
    decision.verdict === 'denied' ? EXIT_CODES.denied : EXIT_CODES.ok,
  );
};
export default policyExplain;

const VERDICTS: { readonly [Name in Decision['verdict']]: string } = {
  allowed: 'allowed',
  needs_delay: 'allowed after a delay in which the owner may veto it',
  needs_owner: 'waits for the owner',
  denied: 'denied',
};
const RULE_VERDICTS: { readonly [Name in ExplainedRule['verdict']]: string } = {
  ok: 'ok',
  not_asked: 'not asked',
  needs_delay: 'objects: delay',
  needs_owner: 'objects: owner',
  denied: 'objects: denied',
};

function readPast(invocation: Invocation): Result<SupposedPast, Failure> {
  const at = text(invocation, 'at');
  const nowMs = at === undefined ? invocation.world.nowMs() : Date.parse(at);
  if (at !== undefined && (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(at) || !Number.isFinite(nowMs)))
    return misuse(`--at "${at}" is no moment`, 'write it as 2027-01-31T23:00:00Z');
  const spent: { readonly asset: AssetId; readonly amount: bigint }[] = [];
  for (const each of listed(invocation, 'spent')) {
    const parts = pair(each, 'spent', 'SOL=250000000, in base units');
    if (!parts.ok) return parts;
    const asset = parseAssetId(parts.value[0]);
    if (!asset.ok) return misuse(`"${parts.value[0]}" is neither SOL nor the address of a mint`, 'write it as SOL=250000000');
    const amount = parseBaseUnits(parts.value[1]);
    if (!amount.ok) return amount;
    spent.push({ asset: asset.value, amount: amount.value });
  }
  return good({ nowMs, spent, paidBefore: !flag(invocation, 'first'), ownerConsents: flag(invocation, 'consent') });
}

function ruleLines(rules: readonly ExplainedRule[]): readonly string[] {
  const rows = rules.flatMap(({ rule, verdict, sentences }): readonly (readonly string[])[] => {
    const [first = '', ...rest] = sentences;
    return [[rule, RULE_VERDICTS[verdict], first], ...rest.map((sentence) => ['', '', sentence])];
  });
  return table(['rule', 'verdict', 'why'], rows);
}

function budgetLines(budgets: readonly ExplainedBudget[]): readonly string[] {
  if (budgets.length === 0) return [];
  return [
    '',
    ...table(
      ['budget', 'who', 'limit', 'used before', 'used after', 'fits', 'enough again'],
      budgets.map(({ line, usedAfter, fits }) => [
        `${line.of}, ${duration(line.windowSeconds)}${line.scope === 'owner' ? ', all wallets of the owner' : ''}`,
        line.limitKind === 'autonomous' ? 'agent alone' : 'everything',
        ...[line.limit, line.used, usedAfter].map((amount) => budgetAmount(line.of, amount.toString())),
        fits ? 'yes' : 'no',
        line.comesBackAtMs === null ? '-' : moment(line.comesBackAtMs),
      ]),
    ),
  ];
}

function decisionJson({ verdict, route, delaySeconds, decidedAtMs }: Decision): { readonly [name: string]: unknown } {
  return { verdict, route, delaySeconds, decidedAt: moment(decidedAtMs) };
}

function budgetJson({ line, usedAfter, fits }: ExplainedBudget): { readonly [name: string]: unknown } {
  const { of, scope, windowSeconds, limitKind, limit, used, remaining, asked, comesBackAtMs } = line;
  return {
    of,
    scope,
    windowSeconds,
    limitKind,
    limit: limit.toString(),
    used: used.toString(),
    remaining: remaining.toString(),
    asked: asked.toString(),
    usedAfter: usedAfter.toString(),
    fits,
    comesBackAt: comesBackAtMs === null ? null : moment(comesBackAtMs),
  };
}

/** The stand-in for the owner's address, who is not known here. */
function inPlainWords(text: string): string {
  return text.replaceAll(SUPPOSED_ADDRESSES.owner, "(the wallet's owner)");
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}
