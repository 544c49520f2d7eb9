import type { DomainError, ErrorCode } from '@countersign/core';
import type { ClientProblem } from '@countersign/sdk';
import { EXIT_CODES, type ExitCode, type Failure } from '../outcome.ts';

const { usage, denied, notFound, conflict, unavailable, aborted, unexpected } = EXIT_CODES;

/** What each error of the service means for a script. */
const EXIT_OF: { readonly [Code in ErrorCode]: ExitCode } = {
  invalid_field: usage,
  malformed_body: usage,
  unauthenticated: usage,
  forbidden: usage,
  idempotency_key_missing: usage,
  body_too_large: usage,
  recipient_is_own_wallet: usage,
  recipient_off_curve: usage,
  memo_too_long: usage,
  message_too_large: usage,
  asset_not_supported: usage,
  policy_invalid: usage,
  policy_not_backed_by_chain: usage,
  payment_denied: denied,
  approval_denied: denied,
  not_found: notFound,
  idempotency_key_reused: conflict,
  policy_revision_conflict: conflict,
  wallet_not_active: conflict,
  wallet_not_frozen: conflict,
  state_conflict: conflict,
  approval_not_waiting: conflict,
  approval_not_prepared: conflict,
  another_countersigned_payment: conflict,
  too_many_approvals: conflict,
  owner_signature_invalid: conflict,
  statement_invalid: conflict,
  signer_refused: conflict,
  chain_rejected: conflict,
  simulation_failed: conflict,
  undecodable_message: conflict,
  decoded_differently: conflict,
  lookup_changed: conflict,
  sign_in_invalid: usage,
  policy_loosens: conflict,
  rotation_under_way: conflict,
  not_drained: conflict,
  chain_differs: conflict,
  kit_missing: conflict,
  kit_invalid: conflict,
  recovery_key_missing: conflict,
  owner_key_unavailable: unavailable,
  owner_key_refused: aborted,
  rate_limited: unavailable,
  signer_unavailable: unavailable,
  chain_unavailable: unavailable,
  nodes_disagree: unavailable,
  database_unavailable: unavailable,
  clock_disagrees: unavailable,
};

/** An error of core that happened here, not in the service. */
export function domainFailure(error: DomainError, message: string, remedy: string): Failure {
  return { exitCode: EXIT_OF[error.code], code: error.code, message, remedy, problem: { ...error } };
}

/** What an error of core says in its own words, where it says more than its code. */
export function wordsOf(error: DomainError): string {
  if ('differences' in error) return error.differences.join('; ');
  return 'problem' in error ? error.problem : error.code.replaceAll('_', ' ');
}

/** A refusal of the service, or its silence, as this tool reports it. */
export function failureOf(problem: ClientProblem): Failure {
  if ('reason' in problem && problem.code === 'transport_failed') return silence(problem.reason, String(problem.detail));
  const { code, detail, title, remedy, status } = problem as Exclude<ClientProblem, { readonly code: 'transport_failed' }>;
  return {
    exitCode: Object.hasOwn(EXIT_OF, code) ? EXIT_OF[code as ErrorCode] : byStatus(Number(status)),
    code,
    message: typeof detail === 'string' && detail !== '' ? detail : String(title),
    remedy: typeof remedy === 'string' ? remedy : '',
    problem: problem as { readonly [name: string]: unknown },
  };
}

function silence(reason: unknown, detail: string): Failure {
  const remedy =
    reason === 'unreadable_answer'
      ? 'check that --url names a Countersign service of this version'
      : 'start the service with "npm start", or name another with --url; "countersign doctor" looks closer';
  return { exitCode: unavailable, code: 'transport_failed', message: detail, remedy, problem: { reason } };
}

function byStatus(status: number): ExitCode {
  if (status === 404) return notFound;
  if (status === 409) return conflict;
  if (status === 429 || status === 502 || status === 503 || status === 504) return unavailable;
  return status >= 400 && status < 500 ? usage : unexpected;
}
