import { z } from 'zod';
import type { KitPurpose, KitsView, KitView, MakeKits } from '../http-contract.ts';
import { address, moment } from './common.ts';

export const kitPurposeSchema: z.ZodType<KitPurpose> = z.enum(['lockdown', 'recovery']).meta({ id: 'KitPurpose' });

export const kitSchema: z.ZodType<KitView> = z
  .object({
    id: z.string(),
    wallet: z.string(),
    approval: z.string(),
    purpose: kitPurposeSchema,
    part: z.int(),
    state: z.enum(['waiting', 'armed', 'called', 'sent', 'used', 'stale', 'void', 'handed_out']),
    nonceAccount: address,
    limits: z.array(address),
    signature: z.string().nullable(),
    problem: z.string().nullable(),
    createdAt: moment,
  })
  .meta({ id: 'Kit' });
export const kitsSchema: z.ZodType<KitsView> = z.object({ items: z.array(kitSchema), warnings: z.array(z.string()) }).meta({ id: 'Kits' });
export const makeKitsSchema: z.ZodType<MakeKits> = z.strictObject({ purpose: kitPurposeSchema }).meta({ id: 'MakeKits' });
