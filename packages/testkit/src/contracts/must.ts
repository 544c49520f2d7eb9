import type { DomainError, Result } from '@countersign/core';

/** The value of a result that has to be there. */
export function must<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
/** The error of a result that has to have failed; `null` when it did not. */
export function errorOf(result: Result<unknown, DomainError>): DomainError | null {
  return result.ok ? null : result.error;
}
