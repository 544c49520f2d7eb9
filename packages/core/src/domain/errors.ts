/**
 * The one catalogue of expected errors. A code is public and is never used again for anything else; its context is typed.
 * packages/api/src/problems gives each its title, HTTP status and remedy; docs/errors.md lists them.
 */
export interface ErrorContexts {
  invalid_field: { readonly field: string; readonly problem: string };
  malformed_body: { readonly problem: string };
  unauthenticated: { readonly problem: string };
  forbidden: { readonly role: string; readonly action: string };
  not_found: { readonly kind: string; readonly id: string };
  idempotency_key_missing: Record<never, never>;
  idempotency_key_reused: { readonly key: string };
  rate_limited: { readonly retryAfterSeconds: number };
  body_too_large: { readonly limitBytes: number };

  recipient_is_own_wallet: { readonly field: string; readonly recipient: string };
  recipient_off_curve: { readonly field: string; readonly recipient: string };
  memo_too_long: { readonly field: string; readonly bytes: number; readonly limitBytes: number };
  asset_not_supported: { readonly asset: string; readonly problem: string };

  policy_invalid: { readonly problems: readonly { readonly path: string; readonly problem: string }[] };
  policy_not_backed_by_chain: { readonly asset: string; readonly problem: string };
  policy_revision_conflict: { readonly expected: number; readonly actual: number };

  wallet_not_active: { readonly wallet: string; readonly state: string };
  wallet_not_frozen: { readonly wallet: string };
  state_conflict: { readonly kind: string; readonly id: string; readonly expected: string; readonly actual: string };
  approval_not_waiting: { readonly approval: string; readonly state: string };
  approval_denied: { readonly approval: string; readonly objections: readonly string[] };
  approval_not_prepared: { readonly approval: string; readonly problem: string };
  too_many_approvals: { readonly wallet: string; readonly waiting: number };
  another_countersigned_payment: { readonly wallet: string; readonly request: string };
  owner_signature_invalid: { readonly what: string };
  statement_invalid: { readonly problem: string };
  sign_in_invalid: { readonly problem: string };
  policy_loosens: { readonly changes: readonly string[] };
  rotation_under_way: { readonly wallet: string; readonly approval: string };
  not_drained: { readonly wallet: string; readonly problem: string };
  chain_differs: { readonly wallet: string; readonly differences: readonly string[] };
  kit_missing: { readonly wallet: string; readonly purpose: string };
  kit_invalid: { readonly problem: string };
  recovery_key_missing: { readonly wallet: string };
  owner_key_unavailable: { readonly problem: string; readonly mayHaveSigned: boolean };
  owner_key_refused: { readonly problem: string };

  signer_unavailable: { readonly problem: string };
  signer_refused: { readonly signerCode: string; readonly problem: string };
  chain_unavailable: { readonly problem: string };
  chain_rejected: { readonly problem: string; readonly mayHaveLanded: boolean };
  simulation_failed: { readonly problem: string };
  database_unavailable: { readonly problem: string };
  clock_disagrees: { readonly problem: string };
  undecodable_message: { readonly problem: string };
  message_too_large: { readonly bytes: number; readonly limitBytes: number };
  nodes_disagree: { readonly problem: string };
  lookup_changed: { readonly table: string };
  decoded_differently: { readonly problem: string };
  payment_denied: { readonly request: string };
}

export type ErrorCode = keyof ErrorContexts;

/** An expected error: its public code and the typed facts of this occurrence. */
export type DomainError = { readonly [Code in ErrorCode]: { readonly code: Code } & ErrorContexts[Code] }[ErrorCode];

export function domainError<Code extends ErrorCode>(code: Code, context: ErrorContexts[Code]): DomainError {
  return { code, ...context } as unknown as DomainError;
}
