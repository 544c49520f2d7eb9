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
  received: ['denied', 'awaiting_delay', 'awaiting_owner', 'approved'],
  awaiting_delay: ['approved', 'denied', 'rejected', 'cancelled', 'expired'],
  awaiting_owner: ['approved', 'denied', 'rejected', 'cancelled', 'expired'],
  // A countersigned request whose attempt provably cannot land goes back to the owner.
  approved: ['signed', 'awaiting_owner', 'failed', 'cancelled', 'expired'],
  signed: ['submitted', 'confirmed', 'finalized', 'failed', 'expired', 'unknown', 'awaiting_owner'],
  submitted: ['confirmed', 'finalized', 'failed', 'expired', 'unknown', 'awaiting_owner'],
  // A fork may drop a confirmed transaction.
  confirmed: ['finalized', 'failed', 'submitted', 'unknown'],
  unknown: ['submitted', 'confirmed', 'finalized', 'failed', 'expired', 'awaiting_owner'],
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
