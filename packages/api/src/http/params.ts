import { idField } from '@countersign/sdk';
import { z } from 'zod';

/** Path parameters. The ids have been checked by the schema, so that core's parsers only brand them. */
export const noParams: z.ZodType<Record<never, never>> = z.strictObject({});
export const noQuery: z.ZodType<Record<never, never>> = z.strictObject({});
export const walletParams: z.ZodType<{ readonly wallet: string }> = z.strictObject({ wallet: idField('wal') });
export const transactionParams: z.ZodType<{ readonly wallet: string; readonly id: string }> = z.strictObject({
  wallet: idField('wal'),
  id: idField('tx'),
});
export const approvalParams: z.ZodType<{ readonly id: string }> = z.strictObject({ id: idField('apr') });
export const credentialParams: z.ZodType<{ readonly id: string }> = z.strictObject({ id: idField('crd') });
