import type { KeyFileProblem } from '@countersign/selfhost';
import { EXIT_CODES, type Failure } from '../outcome.ts';

const REMEDIES: { readonly [Code in KeyFileProblem['code']]: string } = {
  missing: 'name it with --owner-key, or make one with "countersign owner init"',
  exists: 'choose another file with --out; a key is never written over',
  insecure_mode: 'let only yourself read it: chmod 600',
  malformed: 'take the file from your backup',
  unsupported_version: 'use the version of countersign that wrote it',
  kdf_below_floor: 'do not use this file: it was made, or changed, to be easy to break',
  wrong_passphrase: 'try again; nobody can recover a passphrase',
  tampered: 'take the file from your backup, and find out who changed it',
  in_use: 'wait until the other command has ended',
};

export function keyFileFailure({ code, problem }: KeyFileProblem, path: string): Failure {
  return {
    exitCode: code === 'missing' ? EXIT_CODES.notFound : code === 'exists' ? EXIT_CODES.conflict : EXIT_CODES.aborted,
    code: `owner_key_${code}`,
    message: `the owner key ${path} ${problem}`,
    remedy: REMEDIES[code],
  };
}
