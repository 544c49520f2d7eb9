import type { DomainError, Result } from '@countersign/core';

/** The value of a parse that the request's schema has already made certain. */
export function parsed<T>(result: Result<T, DomainError>): T {
  if (!result.ok) throw new TypeError(`the schema let through what core refuses: ${result.error.code}`);
  return result.value;
}
