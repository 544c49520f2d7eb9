import {
  APPROVAL_MOVES,
  ATTEMPT_MOVES,
  type Attempt,
  AUDIT_GENESIS,
  isTerminal,
  LIVE_ATTEMPT_STATES,
  REQUEST_MOVES,
  WALLET_MOVES,
} from '@countersign/core';
import {
  checkChange,
  checkKey,
  checkKit,
  checkRekeying,
  checkSignedWhileRekeying,
  checkTightening,
  requireKeysOfWallet,
} from './key-constraints.ts';
import { refuse, requireMove, requireSame, type View } from './refuse.ts';
import type { Change, ReservationRow, Rows, TableName } from './tables.ts';

const POLICY_MOVES: { readonly [from: string]: readonly string[] } = {
  proposed: ['active', 'void'],
  active: ['superseded'],
  superseded: [],
  void: [],
};

/** INVARIANT I3: of a request's attempts at most one may still land or has landed. */
const hasEffect = ({ state }: Attempt): boolean => state === 'finalized' || LIVE_ATTEMPT_STATES.includes(state);

const CHECKS: {
  readonly [Name in TableName]: (view: View, before: Rows[Name] | null, after: Rows[Name]) => void;
} = {
  wallets(view, before, { wallet }) {
    requireMove('wallets', WALLET_MOVES, ['creating', 'active'], before?.wallet.state ?? null, wallet.state);
    if (wallet.frozenReason !== null && wallet.state !== 'frozen') refuse('wallets_frozen_reason', 'a reason without a freeze');
    if (before === null && view.all('wallets').some((row) => row.wallet.multisig === wallet.multisig))
      refuse('wallets_multisig_once', wallet.id);
    requireSame('wallets_immutable', before?.wallet ?? null, wallet, [
      ...(['id', 'multisig', 'vault', 'createKey', 'timeLockSeconds', 'createdAtMs'] as const),
    ]);
    checkRekeying(view, before?.wallet ?? null, wallet);
  },
  policies(view, before, after) {
    requireMove('policy_revisions', POLICY_MOVES, ['proposed', 'active'], before?.state ?? null, after.state);
    const others = view.all('policies').filter(({ walletId, proposal }) => walletId === after.walletId && proposal !== after.proposal);
    if (after.state === 'active' && others.some(({ state }) => state === 'active')) refuse('policy_revisions_one_active', after.walletId);
    if (after.state !== 'void' && others.some(({ state, revision }) => state !== 'void' && revision === after.revision))
      refuse('policy_revisions_number_once', `${after.revision} of ${after.walletId}`);
    if ((after.activatedAtMs !== null) !== (after.state === 'active' || after.state === 'superseded'))
      refuse('policy_revisions_activation', `${after.state} at ${after.activatedAtMs}`);
  },
  tightenings: checkTightening,
  credentials(view, before, after) {
    const { role, walletId, owner, expiresAtMs, createdAtMs } = after.credential;
    const scoped = (role === 'agent') === (walletId !== null);
    const ends = role === 'owner' ? owner !== null && expiresAtMs !== null : owner === null && expiresAtMs === null;
    if (!scoped || !ends) refuse('credentials_scope', after.credential.id);
    if (expiresAtMs !== null && expiresAtMs <= createdAtMs) refuse('credentials_ends_later', after.credential.id);
    requireSame('credentials_immutable', before?.credential ?? null, after.credential, [
      ...(['id', 'role', 'walletId', 'owner', 'createdAtMs', 'expiresAtMs'] as const),
    ]);
    if (before?.credential.revokedAtMs != null) refuse('credentials_revoked', after.credential.id);
    if (before === null && view.all('credentials').some(({ hash }) => hash === after.hash))
      refuse('credentials_hash_once', after.credential.id);
  },
  requests(_view, before, after) {
    const beginnings = ['received', 'denied', 'awaiting_delay', 'awaiting_owner', 'approved'];
    requireMove('transaction_requests', REQUEST_MOVES, beginnings, before?.state ?? null, after.state);
    requireSame('transaction_requests_immutable', before, after, [
      'id',
      'walletId',
      'credentialId',
      'action',
      'effects',
      'intent',
      'createdAtMs',
    ]);
  },
  approvals(view, before, after) {
    requireMove('approvals', APPROVAL_MOVES, ['waiting'], before?.state ?? null, after.state);
    requireSame('approvals_immutable', before, after, [
      'id',
      'walletId',
      'kind',
      'requestId',
      'policyRevision',
      'change',
      'createdAtMs',
      'expiresAtMs',
    ]);
    checkChange(view, after);
    const releases = before !== null && before.releasesAtMs !== after.releasesAtMs;
    if (releases && !(after.releasesAtMs === null && before.state === 'waiting'))
      refuse('approvals_release', `${before.releasesAtMs} to ${after.releasesAtMs}`);
    if (after.state === 'executing' && after.releasesAtMs !== null) refuse('approvals_executing_is_not_released', after.id);
    if ((after.kind === 'approve_payment') !== (after.requestId !== null)) refuse('approvals_payment', after.id);
    const open = after.state === 'waiting' || after.state === 'executing';
    const rival = (other: typeof after): boolean =>
      other.id !== after.id && other.requestId === after.requestId && (other.state === 'waiting' || other.state === 'executing');
    if (open && after.requestId !== null && view.all('approvals').some(rival)) refuse('approvals_one_open_per_request', after.requestId);
  },
  attempts(view, before, after) {
    requireMove('attempts', ATTEMPT_MOVES, ['prepared'], before?.state ?? null, after.state);
    requireSame('attempts_immutable', before, after, [
      ...(['id', 'walletId', 'requestId', 'approvalId', 'step', 'message', 'lastValidBlockHeight', 'holding', 'createdAtMs'] as const),
    ]);
    if (before?.wire) requireSame('attempts_wire_immutable', before, after, ['wire', 'signature']);
    const unsigned = after.state === 'prepared' || after.state === 'withdrawn';
    if (unsigned !== (after.wire === null) || unsigned !== (after.signature === null)) refuse('attempts_signed_has_wire', after.id);
    if (after.requestId === null && after.approvalId === null) refuse('attempts_belongs', after.id);
    const others = view.all('attempts').filter(({ id }) => id !== after.id);
    if (after.requestId !== null && hasEffect(after) && others.some((other) => other.requestId === after.requestId && hasEffect(other)))
      refuse('attempts_one_effect_per_request', after.requestId);
    if (after.signature !== null && others.some(({ signature }) => signature === after.signature))
      refuse('attempts_signature_once', after.id);
    const signs = before?.state === 'prepared' && after.state === 'signed';
    if (signs) checkSignedWhileRekeying(view, after);
    if (signs && after.holding !== null) {
      const reserved = view.get('reservations', after.id);
      if (reserved?.state !== 'open' || !sameHolding(reserved, after)) refuse('attempts_signed_is_reserved', after.id);
    }
  },
  reservations(view, before, after) {
    if (before !== null && before.state !== 'open') refuse('budget_reservations_closed', `${after.attemptId} is ${before.state}`);
    if (before === null && after.state !== 'open') refuse('budget_reservations_begin', after.attemptId);
    const wallet = view.get('wallets', after.walletId);
    if (wallet === null) refuse('budget_reservations_in_time', `there is no wallet ${after.walletId}`);
    if (before === null && after.reservedAtMs < wallet.lastDecisionAtMs) refuse('budget_reservations_in_time', after.attemptId);
    if (after.settledAtMs !== null && after.settledAtMs < wallet.lastDecisionAtMs) refuse('budget_settlements_in_time', after.attemptId);
    if (new Set(after.holding.amounts.map(({ meter }) => meter)).size !== after.holding.amounts.length)
      refuse('budget_reservations_id', `a meter stands twice in ${after.attemptId}`);
  },
  idempotency(_view, before, after) {
    requireSame('idempotency_keys_immutable', before, after, ['credentialId', 'key', 'fingerprint', 'requestId', 'atMs']);
    if (before?.answer != null) refuse('idempotency_keys_answered', after.key);
  },
  statements(_view, before, after) {
    if (before !== null) refuse('used_statements_immutable', after.nonce);
  },
  receipts(_view, before) {
    if (before !== null) refuse('signer_receipts_immutable', 'kept as it is');
  },
  keys: checkKey,
  kits: checkKit,
  watchMarks(_view, before, after) {
    if (before !== null && after.slot < before.slot)
      refuse('watch_marks_forward', `${after.walletId} from ${before.slot} to ${after.slot}`);
  },
  signIns(_view, before, after) {
    if (before !== null) refuse('sign_in_challenges_immutable', after.nonce);
  },
  audit(_view, before, after) {
    const kept = before?.entries ?? [];
    const last = kept.length - 1;
    if (after.entries.length < kept.length || (last >= 0 && after.entries[last] !== kept[last]))
      refuse('audit_entries_immutable', after.chain);
    let previous = kept[last];
    for (const entry of after.entries.slice(last + 1)) {
      if (entry.sequence !== (previous?.sequence ?? 0n) + 1n || entry.previousHash !== (previous?.hash ?? AUDIT_GENESIS))
        refuse('audit_entries_continuous', `${entry.sequence} of ${after.chain}`);
      previous = entry;
    }
  },
};

function sameHolding({ holding }: ReservationRow, attempt: Attempt): boolean {
  const text = (of: NonNullable<Attempt['holding']>): string =>
    `${of.alone} ${of.amounts
      .map(({ meter, amount }) => `${meter}=${amount}`)
      .sort()
      .join(' ')}`;
  return attempt.holding !== null && text(attempt.holding) === text(holding);
}

/** What is checked when the statement runs. Throws `ConstraintViolation`. */
export function checkRow<Name extends TableName>(view: View, table: Name, before: Rows[Name] | null, after: Rows[Name] | null): void {
  if (after !== null) {
    CHECKS[table](view, before, after);
    return;
  }
  // A challenge is used up, or nobody answered it.
  if (table === 'signIns') return;
  if (table === 'credentials') {
    const { expiresAtMs } = (before as Rows['credentials']).credential;
    if (expiresAtMs === null || expiresAtMs > view.nowMs()) refuse('credentials_kept', 'it has not ended by itself');
    return;
  }
  const key = table === 'idempotency' ? (before as Rows['idempotency'] | null) : null;
  const request = key && view.get('requests', key.requestId);
  if (!request || !isTerminal(request.state)) refuse(`${table}_kept`, 'rows of this kind are never removed, or not yet');
}

const END_STATES: readonly string[] = ['finalized', 'failed', 'expired', 'withdrawn'];

/** What is checked at commit: that the rows agree with each other. Throws `ConstraintViolation`. */
export function checkCommit(view: View, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.after === null) continue;
    if (change.table === 'reservations') requireProof(view, change.after);
    if (change.table === 'attempts') {
      const { before, after } = change;
      requireKnown(view, 'attempts_wallet', 'wallets', after.walletId);
      if (after.requestId !== null) requireKnown(view, 'attempts_request', 'requests', after.requestId);
      if (after.approvalId !== null) requireKnown(view, 'attempts_approval', 'approvals', after.approvalId);
      if (after.holding !== null && END_STATES.includes(after.state) && view.get('reservations', after.id)?.state === 'open')
        refuse('attempts_ended_holds_nothing', `${after.id} is ${after.state}`);
      if (before?.state === 'prepared' && after.state === 'signed' && after.requestId !== null) {
        const route = view.get('requests', after.requestId)?.route;
        if (after.holding?.alone !== (route === 'autonomous' || route === 'delayed'))
          refuse('attempts_holding_of_route', `${after.id}: ${route}`);
      }
    }
    if (change.table === 'requests') requireKnown(view, 'transaction_requests_credential', 'credentials', change.after.credentialId);
    if (change.table === 'approvals' && change.after.requestId !== null)
      requireKnown(view, 'approvals_request', 'requests', change.after.requestId);
    if (change.table === 'idempotency') requireKnown(view, 'idempotency_keys_request', 'requests', change.after.requestId);
    if (change.table === 'keys' || change.table === 'kits' || change.table === 'watchMarks')
      requireKnown(view, `${change.table}_wallet`, 'wallets', change.after.walletId);
    if (change.table === 'kits') requireKnown(view, 'kits_approval', 'approvals', change.after.approvalId);
    if (change.table === 'keys') requireKeysOfWallet(view, change.after.walletId);
    if (change.table === 'wallets') {
      requireKeysOfWallet(view, change.after.wallet.id);
      const { id, policyRevision } = change.after.wallet;
      const inForce = (row: Rows['policies']): boolean => row.walletId === id && row.revision === policyRevision && row.state === 'active';
      if (policyRevision !== null && !view.all('policies').some(inForce)) refuse('wallets_policy', `${id} says ${policyRevision}`);
    }
  }
}

function requireKnown(view: View, constraint: string, table: TableName, key: string): void {
  if (view.get(table, key) === null) refuse(constraint, `there is no ${key} in ${table}`);
}

/** INVARIANT I4: open while the attempt may land, settled only when it landed for good, released only when it cannot land. */
function requireProof(view: View, row: ReservationRow): void {
  const attempt = view.get('attempts', row.attemptId);
  const proven =
    attempt !== null &&
    attempt.walletId === row.walletId &&
    sameHolding(row, attempt) &&
    (row.state === 'open'
      ? LIVE_ATTEMPT_STATES.includes(attempt.state)
      : row.state === 'settled'
        ? attempt.state === 'finalized'
        : ['failed', 'expired', 'withdrawn'].includes(attempt.state));
  if (!proven) refuse('budget_reservations_proof', `${row.attemptId} is ${row.state} and the attempt ${attempt?.state ?? 'missing'}`);
}
