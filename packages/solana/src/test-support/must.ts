import type { DomainError, Result } from '@countersign/core';

/** The value of a result that has to be there. */
export function must<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
