import type { Problem } from '@countersign/sdk';
import type { Refusal } from './problem-codes.ts';
import type { ProblemEntry } from './problem-entry.ts';
import { PROBLEMS } from './problem-table.ts';

/** RFC 9457. `more` are members of this kind of problem beside those of its context. */
export function toProblem(refusal: Refusal, requestId: string, more: { readonly [name: string]: unknown } = {}): Problem {
  const entry = PROBLEMS[refusal.code] as unknown as ProblemEntry<Refusal>;
  const context = refusal as unknown as { readonly [name: string]: unknown };
  const members = Object.fromEntries(entry.members.map((name) => [name, context[name]]));
  return {
    ...more,
    ...members,
    type: `urn:countersign:error:${refusal.code}`,
    title: entry.title,
    status: entry.status,
    detail: entry.detail(refusal),
    code: refusal.code,
    remedy: entry.remedy,
    requestId,
  };
}
