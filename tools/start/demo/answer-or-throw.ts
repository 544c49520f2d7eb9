import type { Result } from '@countersign/core';
import type { ClientProblem } from '@countersign/sdk';

/** The value, or an error with the service's own words. */
export function answerOrThrow<T>(what: string, result: Result<T, ClientProblem>): T {
  if (result.ok) return result.value;
  throw new Error(`${what}: ${result.error.detail}`);
}
