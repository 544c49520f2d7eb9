import { makeId } from '../domain/ids.ts';
import type { Approval } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';

/** An approval that begins to wait for the owner now, for as long as approvals wait. */
export function newApproval(
  { random, limits }: Pick<Dependencies, 'random' | 'limits'>,
  { atMs, ...about }: Pick<Approval, 'walletId' | 'kind' | 'policyRevision' | 'change'> & { readonly atMs: number },
): Approval {
  return {
    ...about,
    id: makeId('approval', atMs, random.bytes(10)),
    state: 'waiting',
    requestId: null,
    prepared: null,
    problem: null,
    createdAtMs: atMs,
    expiresAtMs: atMs + limits.approvalLifetimeMs,
    releasesAtMs: null,
  };
}
