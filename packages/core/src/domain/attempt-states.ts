/**
 * The states of an attempt, one set of bytes. `prepared`: persisted, unsigned. `signed`: signed bytes persisted, perhaps sent.
 * `submitted`: a node took it. `confirmed`: landed, may still be forked out. `unknown`: nobody can say; resolved by looking.
 * `finalized`: landed for good. `failed`: landed for good with an error, moved nothing. `expired`: provably cannot land.
 * `withdrawn`: was never signed and never will be.
 */
export type AttemptState = 'prepared' | 'signed' | 'submitted' | 'confirmed' | 'unknown' | 'finalized' | 'failed' | 'expired' | 'withdrawn';

/** Every legal move; the database refuses all others (migration: attempt_moves). */
export const ATTEMPT_MOVES: { readonly [From in AttemptState]: readonly AttemptState[] } = {
  prepared: ['signed', 'withdrawn'],
  signed: ['submitted', 'confirmed', 'finalized', 'failed', 'expired', 'unknown'],
  submitted: ['confirmed', 'finalized', 'failed', 'expired', 'unknown'],
  // A fork may drop a confirmed transaction, and its bytes may then run out.
  confirmed: ['finalized', 'failed', 'submitted', 'unknown', 'expired'],
  unknown: ['submitted', 'confirmed', 'finalized', 'failed', 'expired'],
  finalized: [],
  failed: [],
  expired: [],
  withdrawn: [],
};

export const ATTEMPT_STATES: readonly AttemptState[] = Object.keys(ATTEMPT_MOVES) as AttemptState[];
/** States in which the attempt may still land. INVARIANT I3: a request has at most one of these. */
export const LIVE_ATTEMPT_STATES: readonly AttemptState[] = ['prepared', 'signed', 'submitted', 'confirmed', 'unknown'];
