import { z } from 'zod';
import type { ChangesSinceFreezeView, Freeze, FrozenView, LockDown, LockedDown, SignedBytesView } from '../http-contract.ts';
import { auditEntrySchema } from './audit.ts';
import { moment } from './common.ts';
import { signatureField, signedTextField, textField } from './fields.ts';
import { keySchema } from './keys.ts';
import { kitSchema } from './kits.ts';
import { walletSchema } from './wallets.ts';

/** Both or neither: a statement counts with its signature only. */
export function bothOrNeither({ statement, signature }: { readonly statement?: unknown; readonly signature?: unknown }): boolean {
  return (statement === undefined) === (signature === undefined);
}
export const SIGNED_TOGETHER: { readonly path: string[]; readonly error: string } = {
  path: ['signature'],
  error: 'and statement come together',
};

const reason = textField(200, 'plain').optional();
export const freezeSchema: z.ZodType<Freeze> = z
  .strictObject({ reason, statement: signedTextField.optional(), signature: signatureField.optional() })
  .refine(bothOrNeither, SIGNED_TOGETHER)
  .meta({ id: 'Freeze' });
const signedBytes: z.ZodType<SignedBytesView> = z
  .object({ transaction: z.string().nullable(), signature: z.string().nullable(), state: z.string() })
  .meta({ id: 'SignedBytes' });
export const frozenSchema: z.ZodType<FrozenView> = z
  .object({
    wallet: walletSchema,
    mayStillLand: z.array(signedBytes),
    signerProblem: z.string().nullable(),
  })
  .meta({ id: 'Frozen' });
export const lockDownSchema: z.ZodType<LockDown> = z.strictObject({ reason }).meta({ id: 'LockDown' });
export const lockedDownSchema: z.ZodType<LockedDown> = z
  .object({ frozen: frozenSchema, armed: z.array(kitSchema) })
  .meta({ id: 'LockedDown' });

export const changesSinceFreezeSchema: z.ZodType<ChangesSinceFreezeView> = z
  .object({
    frozenAt: moment,
    reason: z.string(),
    by: z.string(),
    entries: z.array(auditEntrySchema),
    hasMore: z.boolean(),
    differencesOnChain: z.array(z.string()).nullable(),
    seenByWatcher: z.array(z.string()),
    ended: z.array(signedBytes),
    mayStillLand: z.array(signedBytes),
    lockedDown: z.boolean(),
    keys: z.array(keySchema),
    kits: z.array(kitSchema),
  })
  .meta({ id: 'ChangesSinceFreeze' });
