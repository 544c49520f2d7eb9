import type { ApprovalId } from '../domain/ids.ts';
import type { Signature } from '../ports/key-management-service.ts';

export interface OwnerConsent {
  readonly approvalId: ApprovalId;
  /** Over the prepared statement, bare or wrapped; `null` where the kind has none. */
  readonly statementSignature: Signature | null;
  /** Over each prepared message, in order. */
  readonly messageSignatures: readonly Signature[];
}
