import { z } from 'zod';
import type {
  CreatedWallet,
  CreateWallet,
  Freeze,
  FrozenView,
  PolicyView,
  ProposedPolicy,
  ProposePolicy,
  WalletView,
} from '../http-contract.ts';
import { approvalSchema } from './approvals.ts';
import { address, baseUnits, moment } from './common.ts';
import { addressField, idField, limitField, textField } from './fields.ts';

/** The service's own limit on a policy document, in characters; in bytes it is checked again. */
const MOST_POLICY_CHARACTERS = 16_384;
const policyText = z
  .string()
  .min(1, 'is empty')
  .max(MOST_POLICY_CHARACTERS, `is longer than ${MOST_POLICY_CHARACTERS} characters`)
  .refine((text) => text.isWellFormed(), 'holds half a surrogate pair, which is no character')
  .describe('The exact text of the policy document (JSON); docs/spec/policy.md');

export const createWalletSchema: z.ZodType<CreateWallet> = z
  .strictObject({ name: textField(64, 'plain'), owner: addressField, policy: policyText })
  .meta({ id: 'CreateWallet' });

export const walletSchema: z.ZodType<WalletView> = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['creating', 'active', 'frozen', 'failed']),
    vault: address.nullable().describe('The only address to fund; null until the wallet is active'),
    owner: address,
    agent: address,
    policyRevision: z.int().nullable(),
    frozenReason: z.string().nullable(),
    balances: z.array(z.object({ asset: z.string(), amount: baseUnits, decimals: z.int() })).nullable(),
    createdAt: moment,
  })
  .meta({ id: 'Wallet' });

export const createdWalletSchema: z.ZodType<CreatedWallet> = z
  .object({ wallet: walletSchema, approval: approvalSchema })
  .meta({ id: 'CreatedWallet' });

export interface WalletsQuery {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}
export const walletsQuerySchema: z.ZodType<WalletsQuery> = z.strictObject({
  limit: limitField.optional(),
  cursor: idField('wal').optional(),
});

export const proposePolicySchema: z.ZodType<ProposePolicy> = z.strictObject({ policy: policyText }).meta({ id: 'ProposePolicy' });

export const policySchema: z.ZodType<PolicyView> = z
  .object({
    wallet: z.string(),
    revision: z.int(),
    state: z.enum(['proposed', 'active', 'superseded', 'void']),
    text: z.string(),
    policySha256: z.string(),
    boundsSha256: z.string(),
    limits: z.array(z.object({ asset: z.string(), spendingLimit: address, amount: baseUnits, periodSeconds: z.int() })),
    createdAt: moment,
    activatedAt: moment.nullable(),
  })
  .meta({ id: 'Policy' });
export const proposedPolicySchema: z.ZodType<ProposedPolicy> = z
  .object({ revision: policySchema, approval: approvalSchema })
  .meta({ id: 'ProposedPolicy' });

export const freezeSchema: z.ZodType<Freeze> = z.strictObject({ reason: textField(200, 'plain').optional() }).meta({ id: 'Freeze' });
export const frozenSchema: z.ZodType<FrozenView> = z
  .object({
    wallet: walletSchema,
    mayStillLand: z.array(z.object({ transaction: z.string().nullable(), signature: z.string().nullable(), state: z.string() })),
    signerProblem: z.string().nullable(),
  })
  .meta({ id: 'Frozen' });
