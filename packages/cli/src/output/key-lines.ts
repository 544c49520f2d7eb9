import type { KeyView } from '@countersign/sdk';
import { table } from './table.ts';

const NOTICES: { readonly [Notice in KeyView['notice']]: string } = {
  none: '',
  due_soon: 'is due soon',
  overdue: 'is overdue',
  called_for: 'should be replaced now',
};

const ROLES: readonly KeyView['role'][] = ['owner', 'recovery', 'agent'];

/** By role, the newest first. */
export function keyRows(keys: readonly KeyView[]): readonly string[] {
  const sorted = keys.toSorted(
    (one, other) => ROLES.indexOf(one.role) - ROLES.indexOf(other.role) || Date.parse(other.createdAt) - Date.parse(one.createdAt),
  );
  return table(
    ['key', 'address', 'state', 'active since', 'due', 'ended', 'notice'],
    sorted.map(({ role, address, state, activatedAt, dueAt, endedAt, notice, reason }) => [
      role,
      address,
      state.replaceAll('_', ' '),
      activatedAt ?? '-',
      dueAt ?? '-',
      endedAt ?? '-',
      notice === 'none' ? '-' : `${NOTICES[notice]}${reason === null ? '' : ` (${reason.replaceAll('_', ' ')})`}`,
    ]),
  );
}

/** A line for each key that another should take the place of, and how. */
export function keyNotices(keys: readonly KeyView[]): readonly string[] {
  return keys
    .filter(({ notice }) => notice !== 'none')
    .map(({ role, address, notice, dueAt }) => {
      const due = dueAt === null || notice === 'called_for' ? '' : ` (${dueAt})`;
      const how = role === 'owner' ? 'countersign keys replace-owner --to NEW_OWNER' : 'countersign keys rotate';
      return `! the ${role} key ${address} ${NOTICES[notice]}${due}: ${how}`;
    });
}
