/** Why the embedded server cannot start, in one line with what to do about it. Nothing of the data was touched. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly reason: EmbeddedPostgresProblem;

  constructor(reason: EmbeddedPostgresProblem, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type EmbeddedPostgresProblem =
  | 'binaries_missing'
  | 'root_not_permitted'
  | 'port_busy'
  | 'disk_full'
  | 'data_corrupt'
  | 'version_mismatch'
  | 'password_missing'
  | 'folder_not_ours'
  | 'in_use'
  | 'did_not_start'
  | 'did_not_stop';
