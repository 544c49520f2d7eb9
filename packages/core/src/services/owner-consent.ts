import type { ApprovalId } from '../domain/ids.ts';
import type { Signature } from '../ports/key-management-service.ts';

export interface OwnerConsent {
  readonly approvalId: ApprovalId;
  /** Over the prepared statement, bare or wrapped; `null` where the kind has none. */
  readonly statementSignature: Signature | null;
  /** The new owner's, over the same statement, bare or wrapped; `null` for every kind but `replace_owner_key`. */
  readonly newOwnerSignature: Signature | null;
  /** Over each prepared message, in order; for what is signed ahead of need, over each kit's message. */
  readonly messageSignatures: readonly Signature[];
}
