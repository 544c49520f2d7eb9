/** Why a file that holds a sealed key, or what belongs to it, was not accepted. */
export interface KeyFileProblem {
  readonly code:
    | 'missing'
    | 'exists'
    | 'insecure_mode'
    | 'malformed'
    | 'unsupported_version'
    | 'kdf_below_floor'
    | 'wrong_passphrase'
    | 'tampered'
    | 'in_use';
  /** Name of the file within the keystore, or the path that the caller gave. */
  readonly file: string;
  readonly problem: string;
}

export function keyFileProblem(code: KeyFileProblem['code'], file: string, problem: string): KeyFileProblem {
  return { code, file, problem };
}

/** Thrown between the modules of this package; the public functions turn it into a `Result`. */
export class KeyFileError extends Error {
  readonly detail: KeyFileProblem;
  constructor(code: KeyFileProblem['code'], file: string, problem: string) {
    super(`${file}: ${problem}`);
    this.detail = keyFileProblem(code, file, problem);
  }
}
