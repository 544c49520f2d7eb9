import { z } from 'zod';
import type { AgentPolicy, AssetRule } from './agent-policy.ts';
import { type AssetId, budgetAsset } from './asset.ts';
import { type DomainError, domainError } from './errors.ts';
import { formatMoment } from './policy-fields.ts';
import { policySchema } from './policy-schema.ts';
import { fail, ok, type Result } from './result.ts';
import { parseStrictJson } from './strict-json.ts';

export const MAX_POLICY_BYTES = 16_384;

/** Parses a policy document; `policy_invalid` lists every problem with its path. The exact text is what the owner signs. */
export function parsePolicy(text: string): Result<AgentPolicy, DomainError> {
  const invalid = (path: string, problem: string): Result<AgentPolicy, DomainError> =>
    fail(domainError('policy_invalid', { problems: [{ path, problem }] }));
  if (bytesOf(text) > MAX_POLICY_BYTES) return invalid('', `is longer than ${MAX_POLICY_BYTES} bytes`);
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

/** The JSON document of a policy: what is `null` or empty is left out, but for the members that every document has. */
export function policyDocument(policy: AgentPolicy): unknown {
  const document = {
    version: policy.version,
    expiresAt: policy.expiresAtMs === null ? null : formatMoment(policy.expiresAtMs),
    assets: policy.assets,
    groups: policy.groups,
    transactions: policy.transactions,
    recipients: policy.recipients,
    otherRecipients: policy.otherRecipients,
    firstPayment: policy.firstPayment === 'as_any' ? null : policy.firstPayment,
    programs: policy.programs,
    schedule: policy.schedule,
    cooldownSeconds: policy.cooldownSeconds,
    nearLimit: policy.nearLimit,
    failures: policy.failures,
    denials: policy.denials,
    fees: policy.fees,
    signaturesPerMinute: policy.signaturesPerMinute,
  };
  return written(document, ['assets', 'recipients', 'instructions', 'open']);
}

/** A value as the document spells it; lists named in `kept` stay when they are empty. */
function written(value: unknown, kept: readonly string[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map((each) => written(each, kept));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => each !== null && (!Array.isArray(each) || each.length > 0 || kept.includes(name)))
      .map(([name, each]) => [name, written(each, kept)]),
  );
}

/** The document as text, indented where it still fits; `parsePolicy` gives the same policy back. */
export function formatPolicy(policy: AgentPolicy): string {
  const document = policyDocument(policy);
  const indented = `${JSON.stringify(document, null, 2)}\n`;
  return bytesOf(indented) <= MAX_POLICY_BYTES ? indented : JSON.stringify(document);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** JSON Schema (draft 2020-12) of the document. What compares members with each other is not in it: `parsePolicy` decides. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' });
}

/** The rule of an asset; the wrapped native asset has the native one's. */
export function assetRuleFor(policy: AgentPolicy, asset: AssetId): AssetRule | undefined {
  const counted = budgetAsset(asset);
  return policy.assets.find((rule) => rule.asset === counted);
}
