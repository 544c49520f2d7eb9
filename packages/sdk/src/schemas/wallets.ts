import { z } from 'zod';
import type { CreateWallet, WalletView } from '../http-contract.ts';
import { address, baseUnits, moment } from './common.ts';
import { addressField, idField, limitField, textField } from './fields.ts';

/** The service's own limit on a policy document, in characters; in bytes it is checked again. */
const MOST_POLICY_CHARACTERS = 16_384;
export const policyText: z.ZodType<string> = z
  .string()
  .min(1, 'is empty')
  .max(MOST_POLICY_CHARACTERS, `is longer than ${MOST_POLICY_CHARACTERS} characters`)
  .refine((text) => text.isWellFormed(), 'holds half a surrogate pair, which is no character')
  .describe('The exact text of the policy document (JSON); docs/spec/policy.md');

export const createWalletSchema: z.ZodType<CreateWallet> = z
  .strictObject({ name: textField(64, 'plain'), owner: addressField, recovery: addressField.nullable().optional(), policy: policyText })
  .meta({ id: 'CreateWallet' });

export const balancesSchema: z.ZodType<WalletView['balances']> = z
  .array(z.object({ asset: z.string(), amount: baseUnits, decimals: z.int() }))
  .nullable();
export const walletSchema: z.ZodType<WalletView> = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['creating', 'active', 'frozen', 'failed']),
    vault: address.nullable().describe('The only address to fund; null until the wallet is active'),
    multisig: address.describe('What owner statements name; money that is sent here is lost'),
    owner: address,
    agent: address,
    recovery: address.nullable(),
    rekeyingBy: z.string().nullable().describe('The approval by which its keys are being changed'),
    policyRevision: z.int().nullable(),
    frozenReason: z.string().nullable(),
    balances: balancesSchema,
    createdAt: moment,
  })
  .meta({ id: 'Wallet' });

export interface WalletsQuery {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}
export const walletsQuerySchema: z.ZodType<WalletsQuery> = z.strictObject({
  limit: limitField.optional(),
  cursor: idField('wal').optional(),
});
