/** The states of a transaction request. */
export type RequestState =
  | 'received'
  | 'denied'
  | 'awaiting_delay'
  | 'awaiting_owner'
  | 'approved'
  | 'signed'
  | 'submitted'
  | 'confirmed'
  | 'finalized'
  | 'failed'
  | 'expired'
  | 'rejected'
  | 'cancelled'
  | 'unknown';

/** Every legal move; the database refuses all others (migration: request_moves). */
export const REQUEST_MOVES: { readonly [From in RequestState]: readonly RequestState[] } = {
  received: ['denied', 'awaiting_delay', 'awaiting_owner', 'approved', 'expired'],
  awaiting_delay: ['awaiting_owner', 'approved', 'denied', 'rejected', 'cancelled', 'expired'],
  awaiting_owner: ['approved', 'denied', 'rejected', 'cancelled', 'expired'],
  // A countersigned request whose attempt provably cannot land goes back to the owner.
  // One that the agent makes alone is decided on again: `received`.
  approved: ['signed', 'received', 'awaiting_owner', 'failed', 'cancelled', 'expired'],
  signed: ['submitted', 'confirmed', 'finalized', 'failed', 'expired', 'unknown', 'received', 'awaiting_owner'],
  submitted: ['confirmed', 'finalized', 'failed', 'expired', 'unknown', 'received', 'awaiting_owner'],
  // A fork may drop a confirmed transaction, and its bytes may then run out.
  confirmed: ['finalized', 'failed', 'submitted', 'unknown', 'expired', 'received', 'awaiting_owner'],
  unknown: ['submitted', 'confirmed', 'finalized', 'failed', 'expired', 'received', 'awaiting_owner'],
  denied: [],
  finalized: [],
  failed: [],
  expired: [],
  rejected: [],
  cancelled: [],
};

export const REQUEST_STATES: readonly RequestState[] = Object.keys(REQUEST_MOVES) as RequestState[];

export function isTerminal(state: RequestState): boolean {
  return REQUEST_MOVES[state].length === 0;
}

export function mayMove(from: RequestState, to: RequestState): boolean {
  return REQUEST_MOVES[from].includes(to);
}
