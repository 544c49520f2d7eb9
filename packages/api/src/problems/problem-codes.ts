import type { DomainError, ErrorContexts } from '@countersign/core';

/** What can go wrong before or around the domain: at the HTTP edge. Codes are public, as those of the domain are. */
export interface EdgeContexts {
  route_not_found: { readonly method: string; readonly path: string };
  malformed_request: Record<never, never>;
  unsupported_media_type: Record<never, never>;
  host_not_allowed: Record<never, never>;
  owner_key_not_here: Record<never, never>;
  not_ready: Record<never, never>;
  overloaded: Record<never, never>;
  internal_error: Record<never, never>;
}

export type ProblemContexts = ErrorContexts & EdgeContexts;
export type ProblemCode = keyof ProblemContexts;
export type EdgeError = { readonly [Code in keyof EdgeContexts]: { readonly code: Code } & EdgeContexts[Code] }[keyof EdgeContexts];
/** Anything that is answered as a problem. */
export type Refusal = DomainError | EdgeError;
