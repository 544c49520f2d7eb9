import { type DomainError, domainError } from '@countersign/core';

/** Return values of Cryptoki by which a token says no, in the owner's words. */
const REFUSALS: { readonly [code: number]: string } = {
  96: 'the key is not there any more (CKR_KEY_HANDLE_INVALID)',
  104: 'the key may not sign (CKR_KEY_FUNCTION_NOT_PERMITTED)',
  112: 'the token does not sign with Ed25519 (CKR_MECHANISM_INVALID)',
  160: 'the PIN is wrong (CKR_PIN_INCORRECT)',
  161: 'the PIN is not of a form that the token takes (CKR_PIN_INVALID)',
  162: 'the PIN has a wrong length (CKR_PIN_LEN_RANGE)',
  163: 'the PIN has expired (CKR_PIN_EXPIRED)',
  164: 'the PIN is locked after too many mistakes (CKR_PIN_LOCKED)',
  257: 'the token wants a log-in again (CKR_USER_NOT_LOGGED_IN)',
  258: 'the token has no PIN yet (CKR_USER_PIN_NOT_INITIALIZED)',
};

/** `signing`: whether the call would have made a signature. */
export function pkcs11Failure(error: unknown, signing: boolean): DomainError {
  const { code, message = String(error) } = error as { readonly code?: unknown; readonly message?: string };
  const refusal = typeof code === 'number' ? REFUSALS[code] : undefined;
  if (refusal !== undefined) return domainError('owner_key_refused', { problem: refusal });
  const said = (message.split('\n')[0] ?? '').slice(0, 200);
  return domainError('owner_key_unavailable', { problem: `the token did not answer (${said})`, mayHaveSigned: signing });
}
