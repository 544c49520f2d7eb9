import { z } from 'zod';
import type {
  Budget,
  CreateCall,
  CreatePayment,
  CreateTransaction,
  DecisionView,
  DryRunView,
  Route,
  TransactionState,
  TransactionView,
  Violation,
} from '../http-contract.ts';
import { address, baseUnits, moment } from './common.ts';
import { addressField, amountField, assetField, idField, limitField, messageField, textField } from './fields.ts';

/** Longest memo, in characters; the service also refuses more than 256 bytes of UTF-8. */
const MOST_MEMO_CHARACTERS = 256;

const createPaymentSchema: z.ZodType<CreatePayment> = z
  .strictObject({
    asset: assetField,
    amount: amountField,
    recipient: addressField,
    memo: textField(MOST_MEMO_CHARACTERS, 'any').optional(),
  })
  .meta({ id: 'CreatePayment' });
const createCallSchema: z.ZodType<CreateCall> = z.strictObject({ message: messageField }).meta({ id: 'CreateCall' });

const MIXTURE = 'is either a payment (asset, amount, recipient, memo) or a message alone, and this is a mixture';
/** Either a payment or a message: a mixture of the two is one problem of the whole. */
export const createTransactionSchema: z.ZodType<CreateTransaction> = z
  .preprocess(
    (input, context) => {
      if (isMixture(input)) context.addIssue({ code: 'custom', message: MIXTURE });
      return input;
    },
    z.union([createPaymentSchema, createCallSchema]),
  )
  .meta({ id: 'CreateTransaction' });

function isMixture(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  return Object.hasOwn(input, 'message') && ['asset', 'amount', 'recipient', 'memo'].some((name) => Object.hasOwn(input, name));
}

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
const route: z.ZodType<Route> = z.enum(['autonomous', 'delayed', 'countersigned']).meta({ id: 'Route' });

export const violationSchema: z.ZodType<Violation> = z
  .object({
    rule: z.string(),
    outcome: z.enum(['denied', 'needs_owner', 'needs_delay']),
    message: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  })
  .meta({ id: 'Violation' });

const counted = z.string().describe('Whole number as a decimal string');
export const budgetSchema: z.ZodType<Budget> = z
  .object({
    of: z.string(),
    scope: z.enum(['wallet', 'owner']),
    windowSeconds: z.int(),
    limitKind: z.enum(['autonomous', 'ceiling']),
    limit: counted,
    used: counted,
    remaining: counted,
    asked: counted,
    comesBackAt: moment.nullable(),
  })
  .meta({ id: 'Budget' });

const decision = {
  verdict: z.enum(['allowed', 'needs_delay', 'needs_owner', 'denied']),
  route: route.nullable(),
  delaySeconds: z.int().nullable(),
  policyRevision: z.int().nullable(),
  violations: z.array(violationSchema),
  budgets: z.array(budgetSchema),
  decidedAt: moment,
  slot: z.string().nullable(),
  chainTime: moment.nullable(),
};
const effects = z.array(z.string()).describe('One sentence an effect, made from the bytes');
export const decisionSchema: z.ZodType<DecisionView> = z.object(decision).meta({ id: 'Decision' });
export const dryRunSchema: z.ZodType<DryRunView> = z.object({ ...decision, dryRun: z.literal(true), effects }).meta({ id: 'DryRun' });

export const transactionSchema: z.ZodType<TransactionView> = z
  .object({
    id: z.string(),
    wallet: z.string(),
    state: transactionStateSchema,
    route: route.nullable(),
    asset: z.string().nullable(),
    amount: baseUnits.nullable(),
    recipient: address.nullable(),
    memo: z.string().nullable(),
    message: z.string().describe('Base64').nullable(),
    effects,
    signature: z.string().nullable(),
    policyRevision: z.int().nullable(),
    approval: z.string().nullable(),
    releasesAt: moment.nullable(),
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
