import { z } from 'zod';
import type { ReadyView } from '../http-contract.ts';

export const readySchema: z.ZodType<ReadyView> = z
  .object({
    ready: z.boolean(),
    checks: z.array(z.object({ name: z.enum(['database', 'chain', 'signer', 'clock']), ok: z.boolean(), problem: z.string().nullable() })),
    network: z.string(),
    version: z.string(),
  })
  .meta({ id: 'Ready' });
