import { z } from 'zod';

/** A moment as ISO 8601 in UTC. */
export const moment: z.ZodString = z.string().describe('ISO 8601, UTC');
/** A whole number of base units as a decimal string. */
export const baseUnits: z.ZodString = z.string().describe('Whole number of base units (lamports for SOL) as a decimal string');
export const address: z.ZodString = z.string().describe('Base58 address of 32 bytes');

/** RFC 9457. `code` is the public error code; docs/errors.md lists them. Denied payments add `violations`. */
export const problemSchema: z.ZodType<Problem> = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  remedy: z.string(),
  requestId: z.string(),
});
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Of the HTTP request, for finding it in the logs. */
  readonly requestId: string;
  readonly [context: string]: unknown;
}

/** One page, newest first; `nextCursor` is `null` on the last. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
