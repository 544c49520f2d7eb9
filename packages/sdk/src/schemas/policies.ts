import { z } from 'zod';
import type { PolicyText, PolicyView, ProposedPolicy, ProposePolicy, TighteningView } from '../http-contract.ts';
import { approvalSchema } from './approvals.ts';
import { address, baseUnits, moment } from './common.ts';
import { addressField } from './fields.ts';
import { policyChangeSchema } from './policy-changes.ts';
import { policyText } from './wallets.ts';

export const proposePolicySchema: z.ZodType<ProposePolicy> = z
  .strictObject({ policy: policyText, recovery: addressField.nullable().optional() })
  .meta({ id: 'ProposePolicy' });
export const policyTextSchema: z.ZodType<PolicyText> = z.strictObject({ policy: policyText }).meta({ id: 'PolicyText' });

const tightening: z.ZodType<TighteningView> = z
  .object({ number: z.int(), text: z.string(), policySha256: z.string(), by: z.string(), at: moment })
  .meta({ id: 'Tightening' });
export const policySchema: z.ZodType<PolicyView> = z
  .object({
    wallet: z.string(),
    revision: z.int(),
    state: z.enum(['proposed', 'active', 'superseded', 'void']),
    text: z.string(),
    policySha256: z.string(),
    boundsSha256: z.string(),
    limits: z.array(z.object({ asset: z.string(), spendingLimit: address, amount: baseUnits, periodSeconds: z.int() })),
    tightening: tightening.nullable(),
    createdAt: moment,
    activatedAt: moment.nullable(),
  })
  .meta({ id: 'Policy' });
export const proposedPolicySchema: z.ZodType<ProposedPolicy> = z
  .object({ revision: policySchema, changes: z.array(policyChangeSchema), approval: approvalSchema })
  .meta({ id: 'ProposedPolicy' });
