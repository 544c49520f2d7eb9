import { z } from 'zod';
import type { ChainLimitView, PolicyChangeView, PolicyDiff } from '../http-contract.ts';
import { address, baseUnits } from './common.ts';

export const policyChangeSchema: z.ZodType<PolicyChangeView> = z
  .object({
    path: z.string(),
    effect: z.enum(['loosens', 'tightens', 'neutral']),
    before: z.string().nullable(),
    after: z.string().nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'PolicyChange' });
const chainLimit: z.ZodType<ChainLimitView> = z
  .object({ amount: baseUnits, periodSeconds: z.int(), destinations: z.array(address) })
  .meta({ id: 'ChainLimit' });
export const policyDiffSchema: z.ZodType<PolicyDiff> = z
  .object({
    changes: z.array(policyChangeSchema),
    tightensOnly: z.boolean(),
    limits: z.array(z.object({ asset: z.string(), before: chainLimit.nullable(), after: chainLimit.nullable() })),
  })
  .meta({ id: 'PolicyDiff' });
