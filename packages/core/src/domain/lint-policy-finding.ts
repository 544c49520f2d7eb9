import type { AgentPolicy } from './agent-policy.ts';

/**
 * Something in a valid policy that its author will hardly have meant. `error`: a part of the document can never have its effect. `warning`: it
 * can, and does less, or more, than it seems to.
 */
export interface PolicyFinding {
  readonly severity: 'error' | 'warning';
  /** Members and positions from 0, joined by points: `assets.0.windows.1.seconds`. */
  readonly path: string;
  /** One sentence for people. */
  readonly problem: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
}

/** One group of checks. Pure and total over policies that `parsePolicy` lets through. */
export type PolicyCheck = (policy: AgentPolicy, nowMs: number) => readonly PolicyFinding[];

export function error(path: string, problem: string, remedy: string): PolicyFinding {
  return { severity: 'error', path, problem, remedy };
}
export function warning(path: string, problem: string, remedy: string): PolicyFinding {
  return { severity: 'warning', path, problem, remedy };
}

/** The finding when it applies. */
export function when(applies: boolean, finding: PolicyFinding): readonly PolicyFinding[] {
  return applies ? [finding] : [];
}
