import { z } from 'zod';
import type {
  Budget,
  CreateTransaction,
  DecisionView,
  DryRunView,
  TransactionState,
  TransactionView,
  Violation,
} from '../http-contract.ts';
import { address, baseUnits, moment } from './common.ts';
import { addressField, amountField, assetField, idField, limitField, textField } from './fields.ts';

/** Longest memo, in characters; the service also refuses more than 256 bytes of UTF-8. */
const MOST_MEMO_CHARACTERS = 256;

export const createTransactionSchema: z.ZodType<CreateTransaction> = z
  .strictObject({
    asset: assetField,
    amount: amountField,
    recipient: addressField,
    memo: textField(MOST_MEMO_CHARACTERS, 'any').optional(),
  })
  .meta({ id: 'CreateTransaction' });

const STATES = [
  'received',
  'denied',
  'awaiting_delay',
  'awaiting_owner',
  'approved',
  'signed',
  'submitted',
  'confirmed',
  'finalized',
  'failed',
  'expired',
  'rejected',
  'cancelled',
  'unknown',
] as const;
export const transactionStateSchema: z.ZodType<TransactionState> = z.enum(STATES).meta({ id: 'TransactionState' });
const route = z.enum(['autonomous', 'countersigned']);

export const violationSchema: z.ZodType<Violation> = z
  .object({
    rule: z.string(),
    outcome: z.enum(['denied', 'needs_owner']),
    message: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  })
  .meta({ id: 'Violation' });

export const budgetSchema: z.ZodType<Budget> = z
  .object({
    asset: z.string(),
    windowSeconds: z.int(),
    route,
    limit: baseUnits,
    used: baseUnits,
    remaining: baseUnits,
    comesBackAt: moment.nullable(),
  })
  .meta({ id: 'Budget' });

const decision = {
  verdict: z.enum(['allowed', 'needs_owner', 'denied']),
  route: route.nullable(),
  policyRevision: z.int().nullable(),
  violations: z.array(violationSchema),
  budgets: z.array(budgetSchema),
  decidedAt: moment,
  slot: z.string().nullable(),
};
export const decisionSchema: z.ZodType<DecisionView> = z.object(decision).meta({ id: 'Decision' });
export const dryRunSchema: z.ZodType<DryRunView> = z.object({ ...decision, dryRun: z.literal(true) }).meta({ id: 'DryRun' });

export const transactionSchema: z.ZodType<TransactionView> = z
  .object({
    id: z.string(),
    wallet: z.string(),
    state: transactionStateSchema,
    route: route.nullable(),
    asset: z.string(),
    amount: baseUnits,
    recipient: address,
    memo: z.string().nullable(),
    signature: z.string().nullable(),
    policyRevision: z.int().nullable(),
    approval: z.string().nullable(),
    problem: z.string().nullable(),
    decision: decisionSchema,
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'Transaction' });

export interface TransactionsQuery {
  readonly state?: TransactionState | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}
export const transactionsQuerySchema: z.ZodType<TransactionsQuery> = z.strictObject({
  state: transactionStateSchema.optional(),
  limit: limitField.optional(),
  cursor: idField('tx').optional(),
});
