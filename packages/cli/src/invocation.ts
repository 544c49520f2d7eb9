import type { Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

/** What a command gets from the world; tests give their own. */
export interface World {
  readonly env: { readonly [name: string]: string | undefined };
  /** Absolute. */
  readonly cwd: string;
  readonly terminal: Terminal;
  readonly nowMs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly sleep: (ms: number) => Promise<void>;
  /** All of standard input. */
  readonly readInput: () => Promise<Uint8Array>;
}

/** One command as it was called: options by their camel-case names (global ones too), arguments in order. */
export interface Invocation {
  readonly world: World;
  readonly options: { readonly [name: string]: unknown };
  readonly args: readonly (string | undefined)[];
}
export type Handler = (invocation: Invocation) => Promise<Outcome>;

/** The text of an option, or `undefined` when it was not given. */
export function text(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

/** An option that the command line declares as required. */
export function required(invocation: Invocation, name: string): string {
  const value = text(invocation, name);
  if (value === undefined) throw new Error(`the command does not declare --${name} as required`);
  return value;
}

/** The values of an option that may be given several times. */
export function listed(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
