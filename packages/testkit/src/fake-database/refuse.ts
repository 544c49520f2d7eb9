import { ConstraintViolation } from './failures.ts';
import type { Session } from './session.ts';

/** Enough of a session for looking at what it sees. */
export type View = Pick<Session, 'get' | 'all' | 'nowMs'>;

export function refuse(constraint: string, message: string): never {
  throw new ConstraintViolation(constraint, message);
}
export function requireMove(
  constraint: string,
  moves: { readonly [from: string]: readonly string[] },
  beginnings: readonly string[],
  from: string | null,
  to: string,
): void {
  if (from === null) {
    if (!beginnings.includes(to)) refuse(`${constraint}_begin`, `may not begin as ${to}`);
  } else if (from !== to && !moves[from]?.includes(to)) refuse(`${constraint}_move`, `may not move from ${from} to ${to}`);
}
/** What is written once and changes no more. */
export function requireSame<Row extends object>(constraint: string, before: Row | null, after: Row, fields: readonly (keyof Row)[]): void {
  if (!before) return;
  for (const field of fields) if (before[field] !== after[field]) refuse(constraint, `${String(field)} changes no more`);
}
