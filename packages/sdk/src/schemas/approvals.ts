import { z } from 'zod';
import type {
  ApprovalKind,
  ApprovalState,
  ApprovalView,
  Approve,
  ApprovedHere,
  ApproveHere,
  CreatedWallet,
  PolicyInForceView,
  PreparedKitView,
  PreparedView,
  Reject,
  WalletChangeView,
} from '../http-contract.ts';
import { address, moment } from './common.ts';
import { idField, limitField, signatureField, signedTextField, textField } from './fields.ts';
import { bothOrNeither, SIGNED_TOGETHER } from './freezing.ts';
import { rotationReasonSchema } from './keys.ts';
import { kitPurposeSchema } from './kits.ts';
import { policyChangeSchema } from './policy-changes.ts';
import { transactionSchema, violationSchema } from './transactions.ts';
import { balancesSchema, walletSchema } from './wallets.ts';

export const approvalKindSchema: z.ZodType<ApprovalKind> = z
  .enum([
    'create_wallet',
    'install_policy',
    'approve_payment',
    'unfreeze',
    'rotate_agent_key',
    'replace_owner_key',
    'revoke_agent_key',
    'arm_lockdown',
    'make_recovery_kit',
  ])
  .meta({ id: 'ApprovalKind' });
export const approvalStateSchema: z.ZodType<ApprovalState> = z
  .enum(['waiting', 'executing', 'done', 'failed', 'rejected', 'expired', 'void'])
  .meta({ id: 'ApprovalState' });

const walletChange: z.ZodType<WalletChangeView> = z
  .object({
    agent: address.nullable(),
    owner: address.nullable(),
    recovery: address.nullable(),
    feeAccount: address,
    consentOf: z.enum(['owner', 'recovery']),
    reason: rotationReasonSchema.nullable(),
  })
  .meta({ id: 'WalletChange' });
export const approvalSchema: z.ZodType<ApprovalView> = z
  .object({
    id: z.string(),
    wallet: z.string(),
    kind: approvalKindSchema,
    state: approvalStateSchema,
    transaction: z.string().nullable(),
    policyRevision: z.int().nullable(),
    problem: z.string().nullable(),
    change: walletChange.nullable(),
    effects: z.array(z.string()),
    because: z.array(violationSchema).describe('The rules that sent the transaction here'),
    createdAt: moment,
    expiresAt: moment,
    releasesAt: moment.nullable(),
  })
  .meta({ id: 'Approval' });

const text = z.string();
const base64 = z.string().describe('Base64');
const preparedKit: z.ZodType<PreparedKitView> = z
  .object({
    id: text,
    purpose: kitPurposeSchema,
    durableNonce: z.object({ account: address, value: text }),
    limits: z.array(address),
  })
  .meta({ id: 'PreparedKit' });
const policyInForce: z.ZodType<PolicyInForceView> = z
  .object({ revision: z.int(), tightening: z.int().nullable(), text, policySha256: text })
  .meta({ id: 'PolicyInForce' });

export const preparedSchema: z.ZodType<PreparedView> = z
  .object({
    approval: approvalSchema,
    addresses: z.object({
      multisig: address,
      vault: address,
      owner: address,
      agent: address,
      createKey: address,
      feeAccount: address,
    }),
    recovery: address.nullable(),
    network: text,
    statement: text.nullable(),
    messages: z.array(base64),
    kits: z.array(preparedKit).describe('Of each message that is signed ahead of need'),
    intent: base64.nullable(),
    policy: z.object({ revision: z.int(), text, bounds: base64 }).nullable(),
    inForce: policyInForce.nullable(),
    changes: z.array(policyChangeSchema),
    transaction: transactionSchema.nullable(),
    firstTimeRecipients: z.array(address),
    balances: balancesSchema,
  })
  .meta({ id: 'Prepared' });

/** Most messages that one approval can hold. */
const MOST_MESSAGES = 64;
export const approveSchema: z.ZodType<Approve> = z
  .strictObject({
    statementSignature: signatureField.nullable(),
    messageSignatures: z.array(signatureField).max(MOST_MESSAGES, `has more than ${MOST_MESSAGES} signatures`),
    newOwnerSignature: signatureField.nullable().optional(),
  })
  .meta({ id: 'Approve' });
export const rejectSchema: z.ZodType<Reject> = z
  .strictObject({ reason: textField(200, 'plain').optional(), statement: signedTextField.optional(), signature: signatureField.optional() })
  .refine(bothOrNeither, SIGNED_TOGETHER)
  .meta({ id: 'Reject' });

/** Longest passphrase, in characters. */
const MOST_PASSPHRASE_CHARACTERS = 1_024;
export const approveHereSchema: z.ZodType<ApproveHere> = z
  .strictObject({
    passphrase: z
      .string()
      .min(1, 'is empty')
      .max(MOST_PASSPHRASE_CHARACTERS, `is longer than ${MOST_PASSPHRASE_CHARACTERS} characters`)
      .refine((given) => given.isWellFormed(), 'holds half a surrogate pair, which is no character')
      .meta({ format: 'password' }),
  })
  .meta({ id: 'ApproveHere' });
export const approvedHereSchema: z.ZodType<ApprovedHere> = z
  .object({ approval: approvalSchema, statement: text.nullable(), effects: z.array(text) })
  .meta({ id: 'ApprovedHere' });

export const createdWalletSchema: z.ZodType<CreatedWallet> = z
  .object({ wallet: walletSchema, approval: approvalSchema })
  .meta({ id: 'CreatedWallet' });

export interface ApprovalsQuery {
  readonly wallet?: string | undefined;
  readonly state?: ApprovalState | undefined;
  readonly kind?: ApprovalKind | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}
export const approvalsQuerySchema: z.ZodType<ApprovalsQuery> = z.strictObject({
  wallet: idField('wal').optional(),
  state: approvalStateSchema.optional(),
  kind: approvalKindSchema.optional(),
  limit: limitField.optional(),
  cursor: idField('apr').optional(),
});
