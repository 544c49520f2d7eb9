import type { AgentPolicy } from '../domain/agent-policy.ts';
import type { WalletId } from '../domain/ids.ts';
import { parsePolicy } from '../domain/policy.ts';
import { documentInForce } from '../domain/tightening.ts';
import type { IReader } from '../ports/database.ts';
import type { PolicyRevision } from '../ports/records.ts';

export interface PolicyInForce {
  readonly revision: PolicyRevision;
  readonly rules: AgentPolicy;
}

const MOST_REMEMBERED = 1_000;
/** Parsed documents by the hash of their exact text, so that a payment does not parse what it has parsed before. */
const parsedBySha256 = new Map<string, AgentPolicy>();

/** The policy in force of a wallet; `null` when there is none, or when its stored text no longer parses, which then allows nothing (INVARIANT I5). */
export async function readPolicyInForce(reader: IReader, walletId: WalletId): Promise<PolicyInForce | null> {
  const revision = await reader.policies.active(walletId);
  if (revision === null) return null;
  const rules = parseOnce(revision);
  return rules === null ? null : { revision, rules };
}

/** Whether it is the same revision with the same document: a tightening makes another one of it. */
export function sameInForce(one: PolicyInForce | null, other: PolicyInForce | null): boolean {
  if (one === null || other === null) return one === other;
  return one.revision.revision === other.revision.revision && sha256Of(one) === sha256Of(other);
}

/** SHA-256 of the exact document that decides. */
export function sha256Of({ revision }: PolicyInForce): string {
  return documentInForce(revision).policySha256;
}

/** SHA-256 of the document that decides now; `null` where none is in force. What is signed under another one is void (INVARIANT I6). */
export async function inForceSha256(reader: Pick<IReader, 'policies'>, walletId: WalletId): Promise<string | null> {
  const revision = await reader.policies.active(walletId);
  return revision && documentInForce(revision).policySha256;
}

function parseOnce(revision: PolicyRevision): AgentPolicy | null {
  const { policySha256, text } = documentInForce(revision);
  const known = parsedBySha256.get(policySha256);
  if (known) return known;
  const parsed = parsePolicy(text);
  if (!parsed.ok) return null;
  if (parsedBySha256.size >= MOST_REMEMBERED) parsedBySha256.clear();
  parsedBySha256.set(policySha256, parsed.value);
  return parsed.value;
}
