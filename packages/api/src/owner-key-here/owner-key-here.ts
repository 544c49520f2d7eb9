import type { DomainError, IOwnerKeys, Result } from '@countersign/core';

/**
 * The owner's sealed key on this machine, which the service opens for one action when its operator is set to allow it (OPEN_OWNER_KEY_HERE). The
 * passphrase is then in the service's hands for that moment: who controls the service in that moment has the owner key.
 */
export interface IOwnerKeyHere {
  /**
   * Opens the key; the caller closes it. `passphrase` is read, not kept, and wiped by the caller. One at a time. Errors: `owner_key_refused` (wrong
   * passphrase), `owner_key_unavailable` (no usable file, or another opening is going on).
   */
  open(passphrase: Buffer): Promise<Result<IOwnerKeys, DomainError>>;
}
