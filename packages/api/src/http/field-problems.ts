import type { z } from 'zod';

export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** One clear problem for each field that is wrong, in the order of the schema. `where` names a field that is the whole ("body", "query"). */
export function fieldProblems(error: z.core.$ZodError, where: string, data: unknown): readonly FieldProblem[] {
  const problems = new Map<string, string>();
  for (const issue of error.issues)
    for (const { field, problem } of describeIssue(issue, where, data)) if (!problems.has(field)) problems.set(field, problem);
  return [...problems].map(([field, problem]) => ({ field, problem }));
}

function describeIssue(issue: z.core.$ZodIssue, where: string, data: unknown): readonly FieldProblem[] {
  const field = issue.path.length === 0 ? where : issue.path.map(String).join('.');
  if (issue.path.length > 0 && valueAt(data, issue.path) === undefined) return [{ field, problem: 'is missing' }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ field: [...issue.path.map(String), showName(key)].join('.'), problem: 'is not known here' }));
    case 'invalid_type':
      return [{ field, problem: `must be ${article(issue.expected)}` }];
    case 'invalid_value':
      return [{ field, problem: `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}` }];
    case 'invalid_union': {
      if (!issue.message.startsWith('Invalid input')) return [{ field, problem: issue.message }];
      const meant = meantBranch(issue.errors);
      if (meant === null) return [{ field, problem: 'is not of a known form' }];
      return meant.flatMap((each) => describeIssue({ ...each, path: [...issue.path, ...each.path] }, where, data));
    }
    default:
      return [{ field, problem: issue.message }];
  }
}

/** The form that somebody meant: the one to which the fewest names are unknown, the first of equals. */
function meantBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | null {
  const unknownNames = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((count, issue) => count + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
  const [first, ...others] = branches;
  if (first === undefined) return null;
  return others.reduce((best, each) => (unknownNames(each) < unknownNames(best) ? each : best), first);
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), data);
}

/** A name that the caller made up, in a form that can be shown. */
function showName(name: string): string {
  return name.length <= 64 && /^[\w.-]+$/.test(name) ? name : `${JSON.stringify(name).slice(0, 64)}`;
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}
