import { type DomainError, fail, ok, type Result } from '@countersign/core';

/** An expected failure on its way to the adapter's edge, where it becomes a `Result`. */
export class ChainProblem extends Error {
  readonly error: DomainError;

  constructor(error: DomainError) {
    super(error.code);
    this.error = error;
  }
}

/** Runs `work`; a `ChainProblem` becomes a failed `Result`, anything else is a bug and is thrown. */
export async function asResult<T>(work: () => Promise<T>): Promise<Result<T, DomainError>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof ChainProblem) return fail(error.error);
    throw error;
  }
}
