import { z } from 'zod';
import type { AuditEntryView, AuditVerification } from '../http-contract.ts';
import { moment } from './common.ts';
import { idField, limitField, sequenceField } from './fields.ts';

export const auditEntrySchema: z.ZodType<AuditEntryView> = z
  .object({
    chain: z.string(),
    sequence: z.string(),
    at: moment,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
    previousHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });

export const auditVerificationSchema: z.ZodType<AuditVerification> = z
  .object({
    ok: z.boolean(),
    chains: z.array(
      z.object({
        chain: z.string(),
        ok: z.boolean(),
        entries: z.string(),
        head: z.string(),
        problem: z.string().nullable(),
        sequence: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'AuditVerification' });

const chainField = z.union([z.literal('system'), idField('wal')], { error: 'is neither "system" nor the id of a wallet' });

export interface AuditQuery {
  readonly chain?: string | undefined;
  readonly before?: string | undefined;
  readonly limit?: string | undefined;
}
export const auditQuerySchema: z.ZodType<AuditQuery> = z.strictObject({
  chain: chainField.optional(),
  before: sequenceField.optional(),
  limit: limitField.optional(),
});

export interface AuditEntriesQuery {
  readonly chain: string;
  readonly from?: string | undefined;
  readonly limit?: string | undefined;
}
export const auditEntriesQuerySchema: z.ZodType<AuditEntriesQuery> = z.strictObject({
  chain: chainField,
  from: sequenceField.optional(),
  limit: limitField.optional(),
});
