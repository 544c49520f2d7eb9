import { DOMAIN_PROBLEMS } from './domain-problems.ts';
import { OWNER_PROBLEMS } from './owner-problems.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { ProblemTable } from './problem-entry.ts';
import { REQUEST_PROBLEMS } from './request-problems.ts';
import { SERVICE_PROBLEMS } from './service-problems.ts';

/** Every code that the service can answer; the type makes it exhaustive. */
export const PROBLEMS: ProblemTable<ProblemCode> = { ...REQUEST_PROBLEMS, ...DOMAIN_PROBLEMS, ...OWNER_PROBLEMS, ...SERVICE_PROBLEMS };
export const PROBLEM_CODES: readonly ProblemCode[] = Object.keys(PROBLEMS) as ProblemCode[];
