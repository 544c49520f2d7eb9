import type { Refusal } from '../problems/problem-codes.ts';

/** Carries a refusal out of places where Fastify only takes errors (body parsers, validators). */
export class RefusalError extends Error {
  readonly refusal: Refusal;
  /** Further members of the problem. */
  readonly more: { readonly [name: string]: unknown };
  constructor(refusal: Refusal, more: { readonly [name: string]: unknown } = {}) {
    super(refusal.code);
    this.refusal = refusal;
    this.more = more;
  }
}
