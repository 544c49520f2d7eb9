import { z } from 'zod';
import type {
  AgentPolicy,
  AmountWindow,
  AssetGroup,
  AssetRule,
  CountWindow,
  InstructionShape,
  ProgramRule,
  RecipientRule,
  Schedule,
} from './agent-policy.ts';
import { checkPolicy } from './policy-checks.ts';
import {
  addressText,
  assetId,
  baseUnits,
  groupUnits,
  label,
  moment,
  orEmpty,
  orNull,
  weight,
  whole,
  windowSeconds,
} from './policy-fields.ts';

const amountWindow: z.ZodType<AmountWindow> = z.strictObject({ seconds: windowSeconds, autonomous: baseUnits, ceiling: baseUnits });
const groupWindow: z.ZodType<AmountWindow> = z.strictObject({ seconds: windowSeconds, autonomous: groupUnits, ceiling: groupUnits });
const count = whole(0, 1_000_000);
const countWindow: z.ZodType<CountWindow> = z.strictObject({ seconds: windowSeconds, autonomous: count, ceiling: count });
const delaySeconds = whole(60, 2_592_000);

const assetRule: z.ZodType<AssetRule> = z.strictObject({
  asset: assetId,
  perTransaction: z.strictObject({
    autonomous: baseUnits,
    ceiling: baseUnits,
    delayed: orNull(z.strictObject({ upTo: baseUnits, delaySeconds })),
  }),
  windows: z.array(amountWindow).min(1).max(8),
});
const group: z.ZodType<AssetGroup> = z.strictObject({
  name: label(32),
  scope: z.enum(['wallet', 'owner']),
  members: z
    .array(z.strictObject({ asset: assetId, weight }))
    .min(1)
    .max(16),
  windows: z.array(groupWindow).min(1).max(8),
});
const recipient: z.ZodType<RecipientRule> = z.strictObject({
  address: z.union([z.literal('owner'), addressText], 'is neither "owner" nor a base58 address of 32 bytes'),
  label: label(64),
  windows: orEmpty(z.strictObject({ asset: assetId, seconds: windowSeconds, autonomous: baseUnits, ceiling: baseUnits }), 8),
});
const shape: z.ZodType<InstructionShape> = z.strictObject({
  name: label(64),
  discriminator: z.string().regex(/^([0-9a-f]{2}){1,16}$/, 'must be 1 to 16 bytes as lower-case hex'),
  dataBytes: orNull(whole(1, 4_096)),
  accounts: orEmpty(z.strictObject({ position: whole(0, 255), is: z.union([z.enum(['vault', 'own_token_account']), addressText]) }), 32),
});
const program: z.ZodType<ProgramRule> = z.strictObject({
  program: addressText,
  label: label(64),
  instructions: z.array(shape).max(16),
  worstReturn: orNull(z.strictObject({ group: label(32), percent: whole(0, 100) })),
});
const time = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time from 00:00 to 23:59');
const schedule: z.ZodType<Schedule> = z.strictObject({
  timeZone: z.string().max(64),
  open: z
    .array(
      z.strictObject({
        days: z
          .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
          .min(1)
          .max(7),
        from: time,
        to: time,
      }),
    )
    .max(14),
  otherwise: z.enum(['denied', 'countersigned']),
});

/** docs/spec/policy.md. Strict: an unknown or missing name is an error; an empty list allows nothing. */
export const policySchema: z.ZodType<AgentPolicy> = z
  .strictObject({
    version: z.literal(1),
    expiresAt: orNull(moment),
    assets: z.array(assetRule).max(16),
    groups: orEmpty(group, 8),
    transactions: orEmpty(countWindow, 8),
    recipients: z.array(recipient).max(20),
    otherRecipients: z.enum(['denied', 'countersigned']),
    firstPayment: z
      .enum(['as_any', 'delayed', 'countersigned'])
      .optional()
      .transform((value) => value ?? 'as_any'),
    programs: orEmpty(program, 16),
    schedule: orNull(schedule),
    cooldownSeconds: orNull(whole(1, 2_592_000)),
    nearLimit: orNull(z.strictObject({ percent: whole(1, 100), seconds: windowSeconds, most: whole(0, 10_000) })),
    failures: orNull(z.strictObject({ inARow: whole(1, 1_000), consequence: z.enum(['countersigned', 'freeze']) })),
    denials: orNull(z.strictObject({ seconds: windowSeconds, freezeAt: whole(1, 1_000), lockdownAt: orNull(whole(1, 1_000)) })),
    fees: z.strictObject({
      perTransactionLamports: baseUnits,
      rentPerTransactionLamports: baseUnits,
      windows: orEmpty(z.strictObject({ seconds: windowSeconds, ceilingLamports: baseUnits }), 8),
    }),
    signaturesPerMinute: whole(1, 6_000),
  })
  .transform(({ expiresAt, ...policy }): AgentPolicy => ({ ...policy, expiresAtMs: expiresAt }))
  .superRefine((policy, context) => {
    for (const { path, problem } of checkPolicy(policy)) context.addIssue({ code: 'custom', path: [...path], message: problem });
  });
