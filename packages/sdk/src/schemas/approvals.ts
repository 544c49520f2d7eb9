import { z } from 'zod';
import type { ApprovalKind, ApprovalState, ApprovalView, Approve, PreparedView, Reject } from '../http-contract.ts';
import { address, moment } from './common.ts';
import { idField, limitField, signatureField, textField } from './fields.ts';
import { transactionSchema } from './transactions.ts';

export const approvalKindSchema: z.ZodType<ApprovalKind> = z
  .enum(['create_wallet', 'install_policy', 'approve_payment', 'unfreeze'])
  .meta({ id: 'ApprovalKind' });
export const approvalStateSchema: z.ZodType<ApprovalState> = z
  .enum(['waiting', 'executing', 'done', 'failed', 'rejected', 'expired', 'void'])
  .meta({ id: 'ApprovalState' });

export const approvalSchema: z.ZodType<ApprovalView> = z
  .object({
    id: z.string(),
    wallet: z.string(),
    kind: approvalKindSchema,
    state: approvalStateSchema,
    transaction: z.string().nullable(),
    policyRevision: z.int().nullable(),
    problem: z.string().nullable(),
    effects: z.array(z.string()),
    createdAt: moment,
    expiresAt: moment,
    releasesAt: moment.nullable(),
  })
  .meta({ id: 'Approval' });

export const preparedSchema: z.ZodType<PreparedView> = z
  .object({
    approval: approvalSchema,
    addresses: z.object({
      multisig: address,
      vault: address,
      owner: address,
      agent: address,
      createKey: address,
      feeAccount: address,
    }),
    network: z.string(),
    statement: z.string().nullable(),
    messages: z.array(z.string().describe('Base64')),
    policy: z.object({ revision: z.int(), text: z.string(), bounds: z.string().describe('Base64') }).nullable(),
    transaction: transactionSchema.nullable(),
  })
  .meta({ id: 'Prepared' });

/** Most messages that one approval can hold. */
const MOST_MESSAGES = 64;
export const approveSchema: z.ZodType<Approve> = z
  .strictObject({
    statementSignature: signatureField.nullable(),
    messageSignatures: z.array(signatureField).max(MOST_MESSAGES, `has more than ${MOST_MESSAGES} signatures`),
  })
  .meta({ id: 'Approve' });
export const rejectSchema: z.ZodType<Reject> = z.strictObject({ reason: textField(200, 'plain').optional() }).meta({ id: 'Reject' });

export interface ApprovalsQuery {
  readonly wallet?: string | undefined;
  readonly state?: ApprovalState | undefined;
  readonly kind?: ApprovalKind | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}
export const approvalsQuerySchema: z.ZodType<ApprovalsQuery> = z.strictObject({
  wallet: idField('wal').optional(),
  state: approvalStateSchema.optional(),
  kind: approvalKindSchema.optional(),
  limit: limitField.optional(),
  cursor: idField('apr').optional(),
});
