import type { DomainError } from '@countersign/core';
import { wordsOf } from '../connection/failure-of.ts';
import { EXIT_CODES, type Failure } from '../outcome.ts';

/** Why an owner key did not sign, or could not be reached. */
export function ownerKeyFailure(error: DomainError): Failure {
  if (error.code === 'owner_key_unavailable')
    return {
      exitCode: EXIT_CODES.unavailable,
      code: error.code,
      message: `the owner key cannot be reached: ${error.problem}`,
      remedy: error.mayHaveSigned ? 'it may have signed: look what the approval’s state is before trying again' : 'try again',
      problem: { ...error },
    };
  const message =
    error.code === 'message_too_large'
      ? `the holder of the owner key takes ${error.limitBytes} bytes at most, and this has ${error.bytes}`
      : `the owner key did not sign: ${wordsOf(error)}`;
  return { exitCode: EXIT_CODES.aborted, code: error.code, message, remedy: 'nothing was signed', problem: { ...error } };
}
