import type { ProblemContexts } from './problem-codes.ts';

export interface ProblemEntry<Context> {
  readonly status: number;
  /** The same for every occurrence. */
  readonly title: string;
  /** What to do about it. */
  readonly remedy: string;
  /** This occurrence, in one sentence. Never holds what an adapter said about machines, addresses of servers or files. */
  readonly detail: (context: Context) => string;
  /** Names of the context that are members of the problem, too. */
  readonly members: readonly (keyof Context & string)[];
}

export type ProblemTable<Code extends keyof ProblemContexts> = { readonly [Each in Code]: ProblemEntry<ProblemContexts[Each]> };
