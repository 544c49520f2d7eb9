import { z } from 'zod';
import { type Address, isAddress } from './address.ts';
import { MAX_AMOUNT } from './amount.ts';
import { type AssetId, parseAssetId } from './asset.ts';
import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';
import { parseStrictJson } from './strict-json.ts';

const baseUnits = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,19})$/, 'must be a decimal string of base units')
  .refine((text) => BigInt(text) <= MAX_AMOUNT, 'is more than 2^64 − 1')
  .transform((text) => BigInt(text));
const addressText = z
  .string()
  .refine(isAddress, 'is not a base58 address of 32 bytes')
  .transform((text) => text as Address);
const assetId = z
  .string()
  .refine((text) => parseAssetId(text).ok, 'is neither "SOL" nor the address of a mint')
  .transform((text) => text as AssetId);

/** A pair of amounts in base units: up to `autonomous` the agent pays alone, above it the owner countersigns, over `ceiling` nothing leaves. */
const limit = { autonomous: baseUnits, ceiling: baseUnits };
const ordered = (value: { readonly autonomous: bigint; readonly ceiling: bigint }): boolean => value.autonomous <= value.ceiling;
const ORDERED = { message: 'autonomous must not be more than ceiling' };

const perTransaction = z.strictObject(limit).refine(ordered, ORDERED);
const window = z.strictObject({ seconds: z.int().min(60).max(31_536_000), ...limit }).refine(ordered, ORDERED);
const assetRule = z.strictObject({
  asset: assetId,
  perTransaction,
  windows: z.array(window).min(1).max(8),
});
const recipient = z.strictObject({
  address: addressText,
  label: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._'&()-]*$/u, "may hold letters, digits, spaces and . _ ' & ( ) - only"),
});

/** docs/spec/policy.md. Strict: an unknown or missing name is an error; an empty list allows nothing. */
export const policySchema: z.ZodType<AgentPolicy> = z
  .strictObject({
    version: z.literal(1),
    assets: z.array(assetRule).max(16),
    recipients: z.array(recipient).max(20),
    otherRecipients: z.enum(['denied', 'countersigned']),
    fees: z.strictObject({ perTransactionLamports: baseUnits, rentPerTransactionLamports: baseUnits }),
    signaturesPerMinute: z.int().min(1).max(6_000),
  })
  .superRefine((policy, context) => {
    const duplicate = (list: readonly string[], path: string): void =>
      list.forEach((item, index) => {
        if (list.indexOf(item) !== index) context.addIssue({ code: 'custom', path: [path, index], message: `${item} stands twice` });
      });
    duplicate(
      policy.assets.map(({ asset }) => asset),
      'assets',
    );
    duplicate(
      policy.recipients.map(({ address }) => address),
      'recipients',
    );
    policy.assets.forEach(({ windows }, index) => {
      const seconds = windows.map((each) => each.seconds);
      if (new Set(seconds).size !== seconds.length)
        context.addIssue({ code: 'custom', path: ['assets', index, 'windows'], message: 'two windows have the same length' });
    });
  });

/** What an agent may do with one wallet. Amounts in base units, window lengths in seconds. */
export interface AgentPolicy {
  readonly version: 1;
  readonly assets: readonly AssetRule[];
  readonly recipients: readonly { readonly address: Address; readonly label: string }[];
  readonly otherRecipients: 'denied' | 'countersigned';
  readonly fees: { readonly perTransactionLamports: bigint; readonly rentPerTransactionLamports: bigint };
  readonly signaturesPerMinute: number;
}
export interface Limit {
  readonly autonomous: bigint;
  readonly ceiling: bigint;
}
export interface AssetRule {
  readonly asset: AssetId;
  readonly perTransaction: Limit;
  readonly windows: readonly (Limit & { readonly seconds: number })[];
}

export const MAX_POLICY_BYTES = 16_384;

/** Parses a policy document; `policy_invalid` lists every problem with its path. The exact text is what the owner signs. */
export function parsePolicy(text: string): Result<AgentPolicy, DomainError> {
  const invalid = (path: string, problem: string): Result<AgentPolicy, DomainError> =>
    fail(domainError('policy_invalid', { problems: [{ path, problem }] }));
  if (new TextEncoder().encode(text).length > MAX_POLICY_BYTES) return invalid('', `is longer than ${MAX_POLICY_BYTES} bytes`);
  const json = parseStrictJson(text);
  if (!json.ok) return invalid('', json.error.code === 'malformed_body' ? json.error.problem : json.error.code);
  const parsed = policySchema.safeParse(json.value);
  if (parsed.success) return ok(parsed.data);
  return fail(
    domainError('policy_invalid', {
      problems: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), problem: message })),
    }),
  );
}

export function assetRuleFor(policy: AgentPolicy, asset: AssetId): AssetRule | undefined {
  return policy.assets.find((rule) => rule.asset === asset);
}
