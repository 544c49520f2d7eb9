import type { Verdict } from '../cases/vector.ts';
import type { HttpAnswer } from './http.ts';

/** What an answer says about a payment or message. A status stands for itself. */
export type Said = 'DENY' | 'ESC' | 'DELAY' | 'ALLOW' | `${number}`;

const VERDICTS: { readonly [verdict: string]: Said } = { denied: 'DENY', needs_owner: 'ESC', needs_delay: 'DELAY', allowed: 'ALLOW' };
const STATES: { readonly [state: string]: Said } = { awaiting_owner: 'ESC', awaiting_delay: 'DELAY' };

export function saidByDryRun({ status, json }: HttpAnswer): Said {
  return status === 200 ? (VERDICTS[String(json?.['verdict'])] ?? '200') : `${status}`;
}
/** Of the real call. A request that is denied is 403 with the code `payment_denied`. */
export function saidByCall({ status, json }: HttpAnswer): Said {
  if (status === 202) return STATES[String(json?.['state'])] ?? 'ALLOW';
  return status === 403 && json?.['code'] === 'payment_denied' ? 'DENY' : `${status}`;
}

/**
 * Whether what was said is what is expected. A request that is refused as a request (400, 409, 413, 422) was denied before it was judged:
 * where DENY is expected that is one, and stricter.
 */
export function isExpected(said: Said, expected: readonly Verdict[]): boolean {
  return expected.some((each) => each === said || (each === 'DENY' && ['400', '409', '413', '422'].includes(said)));
}

interface Objection {
  readonly rule: string;
  readonly outcome: string;
  readonly message: string;
}
export function objectionsOf({ json }: HttpAnswer): readonly Objection[] {
  const decision = json?.['decision'] as { readonly [name: string]: unknown } | undefined;
  return (json?.['violations'] ?? decision?.['violations'] ?? []) as readonly Objection[];
}

/** For the words of a failure. */
export function wordsOf(answer: HttpAnswer): string {
  const objections = objectionsOf(answer).map(({ rule, outcome, message }) => `${outcome} ${rule}: ${message}`);
  const { json } = answer;
  return `${answer.status} ${String(json?.['code'] ?? json?.['verdict'] ?? json?.['state'] ?? '')} ${String(json?.['detail'] ?? '')} [${objections.join('; ')}] ${JSON.stringify(json?.['effects'] ?? '')}`;
}
