import { fail, type Result } from '@countersign/core';

/** The codes of the signer's protocol (docs/spec/signer-protocol.md). */
export const REFUSAL_CODES = [
  'unknown_wallet',
  'suspended',
  'no_bounds',
  'stale_revision',
  'bad_statement',
  'bad_owner_signature',
  'malformed',
  'unknown_shape',
  'wrong_wallet',
  'over_transaction_cap',
  'over_window_cap',
  'recipient_not_listed',
  'fee_too_high',
  'rate_limited',
  'locked',
  'internal',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Why the signer did not do it: which rule, and which top-level instruction (from 0) where one is to blame. Never input bytes. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly rule: string;
  readonly instruction: number | null;
}

export function refusal(code: RefusalCode, rule: string, instruction: number | null = null): Refusal {
  return { code, rule, instruction };
}

/** Thrown inside the decoders and shapes; `attempt` turns it into a `Result` at their boundary. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(code: RefusalCode, rule: string, instruction: number | null = null) {
    super(`${code}: ${rule}`);
    this.refusal = refusal(code, rule, instruction);
  }
}

export function attempt<T>(work: () => T): Result<T, Refusal> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof Refused) return fail(error.refusal);
    throw error;
  }
}
