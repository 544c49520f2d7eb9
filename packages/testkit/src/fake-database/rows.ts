import { ConstraintViolation } from './failures.ts';
import type { Session } from './session.ts';
import type { Rows, TableName } from './tables.ts';

/** Newest first, after the cursor. */
export function page<Row extends { readonly id: string }>(
  rows: readonly Row[],
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
): readonly Row[] {
  return rows
    .filter(({ id }) => cursor === null || id < cursor)
    .sort(descending(({ id }) => id))
    .slice(0, limit);
}
type Ordered = string | number;
export function ascending<Row>(...by: readonly ((row: Row) => Ordered)[]): (one: Row, other: Row) => number {
  return (one, other) => {
    for (const of of by) {
      const [left, right] = [of(one), of(other)];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  };
}
export function descending<Row>(by: (row: Row) => Ordered): (one: Row, other: Row) => number {
  return (one, other) => ascending(by)(other, one);
}

/** Inserts under a key that nobody has; whoever inserts the same key meanwhile is waited for. */
export async function insertRow<Name extends TableName>(session: Session, table: Name, key: string, row: Rows[Name]): Promise<void> {
  await session.lock(`${table}/${key}`, 'exclusive');
  if (session.get(table, key) !== null) throw new ConstraintViolation(`${table}_id`, `${key} is there already`);
  session.put(table, key, row);
}
/**
 * Updates the row that `matches`, as an UPDATE with a condition does at READ COMMITTED: a row that does not match now is left alone at once, one
 * that matches is waited for and looked at again.
 */
export async function updateRow<Name extends TableName>(
  session: Session,
  table: Name,
  key: string,
  matches: (row: Rows[Name]) => boolean,
  change: (row: Rows[Name]) => Rows[Name],
): Promise<boolean> {
  const seen = session.get(table, key);
  if (seen === null || !matches(seen)) return false;
  await session.lock(`${table}/${key}`, 'exclusive');
  const row = session.get(table, key);
  if (row === null || !matches(row)) return false;
  session.put(table, key, change(row));
  return true;
}
/** Removes up to `limit` rows that ended before `beforeMs`, the oldest first; how many. A row that somebody else removed meanwhile counts not. */
export async function removeOldest<Name extends TableName>(
  session: Session,
  table: Name,
  endedAtMs: (row: Rows[Name]) => number,
  keyOf: (row: Rows[Name]) => string,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const old = session
    .all(table)
    .filter((row) => endedAtMs(row) < beforeMs)
    .toSorted(ascending(endedAtMs, keyOf))
    .slice(0, limit);
  let removed = 0;
  for (const key of old.map(keyOf)) {
    await session.lock(`${table}/${key}`, 'exclusive');
    if (session.get(table, key) === null) continue;
    session.put(table, key, null);
    removed += 1;
  }
  return removed;
}
