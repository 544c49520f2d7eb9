import { AwsError } from './aws-error.ts';
import type { Principal } from './principals.ts';

/** What a key policy sees of a request. Keys of the context are compared without regard to case, as AWS does. */
export interface PolicyRequest {
  readonly principal: Principal;
  readonly action: string;
  readonly context: { readonly [key: string]: string };
}
type Condition = { readonly [operator: string]: { readonly [key: string]: string | readonly string[] } };
interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** ARNs, accounts, or `*`. */
  readonly principals: readonly string[];
  readonly actions: readonly string[] | null;
  readonly notActions: readonly string[] | null;
  readonly condition: Condition;
}
export type KeyPolicy = readonly Statement[];

/** Reads a key policy; what this evaluator does not understand is malformed, so that nothing is passed over. */
export function parseKeyPolicy(text: string): KeyPolicy {
  const malformed = (problem: string): AwsError => new AwsError('MalformedPolicyDocumentException', problem);
  let document: { readonly Version?: unknown; readonly Id?: unknown; readonly Statement?: unknown };
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed('Syntax errors in policy.');
  }
  if (document.Version !== '2012-10-17' || !Array.isArray(document.Statement)) throw malformed('no version or statements');
  return document.Statement.map((statement: Record<string, unknown>) => {
    const extra = Object.keys(statement).filter((name) => !/^(Sid|Effect|Principal|Action|NotAction|Resource|Condition)$/.test(name));
    if (extra.length > 0) throw malformed(`unknown element ${extra[0]}`);
    const { Effect: effect, Principal: principal, Action, NotAction, Resource, Condition: condition = {} } = statement;
    if ((effect !== 'Allow' && effect !== 'Deny') || Resource !== '*' || (Action === undefined) === (NotAction === undefined))
      throw malformed('a statement needs an effect, the resource * and actions');
    const principals = principal === '*' ? ['*'] : list((principal as { readonly AWS?: string }).AWS);
    for (const operator of Object.keys(condition as object))
      if (!(baseOf(operator) in OPERATORS)) throw malformed(`unknown operator ${operator}`);
    if (principals.length === 0) throw malformed('a statement needs a principal');
    return {
      ...{ effect, principals, condition: condition as Condition },
      ...{ actions: Action === undefined ? null : list(Action), notActions: NotAction === undefined ? null : list(NotAction) },
    };
  });
}

/** Explicit denial over allowance over silence, which denies. */
export function allows(policy: KeyPolicy, request: PolicyRequest): boolean {
  const matching = policy.filter((statement) => matches(statement, request));
  return matching.some(({ effect }) => effect === 'Allow') && !matching.some(({ effect }) => effect === 'Deny');
}

function matches({ principals, actions, notActions, condition }: Statement, { principal, action, context }: PolicyRequest): boolean {
  // A statement for the account root hands the decision to IAM.
  const byIam = (each: string): boolean => each === `arn:aws:iam::${principal.account}:root` && principal.iamActions.includes(action);
  const named = principals.some((each) => each === '*' || each === principal.arn || byIam(each));
  const covered = actions === null ? !matchesAny(notActions ?? [], action) : matchesAny(actions, action);
  const lower = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const holds = Object.entries(condition).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) => holdsFor(operator, list(values), lower.get(key.toLowerCase()))),
  );
  return named && covered && holds;
}

const matchesAny = (patterns: readonly string[], text: string): boolean => patterns.some((pattern) => like(pattern, text));
const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(text);

/** Compares one wanted value with the one that the request has. */
const OPERATORS: { readonly [operator: string]: (wanted: string, found: string) => boolean } = {
  StringEquals: (wanted, found) => wanted === found,
  StringEqualsIgnoreCase: (wanted, found) => wanted.toLowerCase() === found.toLowerCase(),
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: (wanted, found) => wanted === found,
  NumericEquals: (wanted, found) => Number(found) === Number(wanted),
  NumericLessThan: (wanted, found) => Number(found) < Number(wanted),
  NumericLessThanEquals: (wanted, found) => Number(found) <= Number(wanted),
  NumericGreaterThan: (wanted, found) => Number(found) > Number(wanted),
  NumericGreaterThanEquals: (wanted, found) => Number(found) >= Number(wanted),
};
const NEGATED = /^(String|Arn|Numeric)Not(Equals|Like|EqualsIgnoreCase)/;
const baseOf = (operator: string): string => operator.replace(/IfExists$/, '').replace(NEGATED, '$1$2');

/** A key that the request does not have: false, but true for negated operators and with IfExists. */
function holdsFor(operator: string, wanted: readonly string[], found: string | undefined): boolean {
  const negated = NEGATED.test(operator);
  if (found === undefined) return negated || operator.endsWith('IfExists');
  const compare = OPERATORS[baseOf(operator)];
  const equal = wanted.some((each) => compare?.(each, found) === true);
  return negated ? !equal : equal;
}

function list(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string');
}
