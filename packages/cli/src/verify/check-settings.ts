import {
  type Address,
  type AgentPolicy,
  comparePolicies,
  deriveChainLimits,
  type Effect,
  loosening,
  parsePolicy,
  sha256Hex,
  type WalletAddresses,
} from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { describeEffect } from '@countersign/solana/decode';
import { policyLines } from '../output/policy-lines.ts';
import { type CheckedBounds, checkBounds } from './check-bounds.ts';
import { checkMessage, expectFeeAccountPays } from './check-message.ts';
import { checkSetup } from './check-setup.ts';
import { checkStatement, type ExpectedStatement } from './check-statement.ts';
import type { Problems } from './collect-problems.ts';
import { readTarget, type Target } from './read-change.ts';
import type { CheckedMessage, Findings } from './reviewed.ts';
import type { Consent } from './signing-part.ts';

export const SETTING_EFFECTS: readonly Effect['kind'][] = ['fee', 'account_creation', 'governance'];

interface World extends Consent {
  readonly nowMs: number;
  readonly inForce: readonly string[];
}

/**
 * What brings a policy revision into force, alone or with the wallet's creation or another key: the statement is over exactly this policy text
 * and the bounds that it gives for the keys that will be, and the transactions bring the chain to exactly that and to nothing else. Nothing here
 * takes the service's word (INVARIANT I6, I8).
 */
export function checkSettings(prepared: PreparedView, now: WalletAddresses, world: World, problems: Problems): Findings | null {
  const given = prepared.policy;
  problems.expect(prepared.transaction === null, 'a change of the wallet comes with a payment');
  const target = readTarget(prepared, now, problems);
  const policy = given === null ? null : parsePolicy(given.text);
  if (given === null || target === null || policy === null) {
    problems.add('there is no policy to check');
    return null;
  }
  if (!policy.ok) {
    const { error } = policy;
    const words = error.code === 'policy_invalid' ? error.problems.map(({ path, problem }) => `${path} ${problem}`).join('; ') : error.code;
    problems.add(`the policy is invalid: ${words}`);
    return null;
  }
  const { revision } = given;
  const { kind, policyRevision } = prepared.approval;
  problems.expect(revision === policyRevision, `the approval is about revision ${policyRevision}, not ${revision}`);
  if (kind === 'create_wallet') problems.expect(revision === 1, `a new wallet begins with revision 1, not ${revision}`);
  const rekeying = kind === 'rotate_agent_key' || kind === 'replace_owner_key';
  if (rekeying) expectSamePolicy(prepared, given.text, policy.value, problems);
  const { addresses, recovery } = target;
  const bounds = checkBounds(given.bounds, policy.value, { addresses, recovery, revision, network: prepared.network }, problems);
  if (bounds === null) return null;
  const policySha256 = sha256Hex(given.text);
  const expected = expectedStatement(prepared, now, target, { revision, policySha256, boundsSha256: bounds.sha256 });
  const head = { network: prepared.network, wallet: now.multisig };
  const statement = checkStatement(prepared.statement, { ...expected, ...head }, world.nowMs, problems);
  const messages = readMessages(prepared, { ...now, owner: world.consents, feeAccount: addresses.feeAccount }, bounds, problems);
  const effects = messages.flatMap((message) => message.effects);
  const setup = { now, target, limits: bounds.limits, creates: kind === 'create_wallet', inForce: world.inForce };
  const warnings = checkSetup(effects, setup, problems);
  const chainLimits = deriveChainLimits(policy.value, addresses);
  return {
    messages,
    summary: [
      ...headlines(prepared, now, target, revision),
      `vault   ${now.vault}${messages.length === 0 ? ' (named by the service)' : ''}`,
      '',
      ...policyLines(policy.value, bounds.assets, chainLimits.ok ? chainLimits.value : []),
      '',
      ...effects.map(describeEffect),
      '',
      `policy SHA-256  ${policySha256}`,
      `bounds SHA-256  ${bounds.sha256}`,
      `statement good until ${statement === null ? 'never' : new Date(statement.expiresAtMs).toISOString()}`,
    ],
    notUnderstood: [],
    pinned: null,
    warnings: [...recoveryWarnings(prepared, target), ...(rekeying ? tighteningWarnings(prepared) : []), ...warnings],
    claims: [
      ...bounds.assets.filter(({ asset }) => asset !== 'SOL').map(({ asset, decimals }) => `${asset} has ${decimals} decimals.`),
      ...prepared.changes.map(({ effect, sentence }) => (effect === 'loosens' ? `LOOSENS: ${sentence}` : sentence)),
    ],
  };
}

interface Revision {
  readonly revision: number;
  readonly policySha256: string;
  readonly boundsSha256: string;
}

function expectedStatement({ approval }: PreparedView, now: WalletAddresses, target: Target, revision: Revision): ExpectedStatement {
  if (approval.kind === 'rotate_agent_key')
    return { action: 'rotate-agent-key', ...revision, oldAgent: now.agent, newAgent: target.addresses.agent };
  if (approval.kind === 'replace_owner_key')
    return { action: 'replace-owner-key', ...revision, oldOwner: now.owner, newOwner: target.addresses.owner };
  return { action: 'install-policy', ...revision };
}

function readMessages(
  prepared: PreparedView,
  addresses: WalletAddresses,
  { assets }: CheckedBounds,
  problems: Problems,
): readonly CheckedMessage[] {
  const creates = prepared.approval.kind === 'create_wallet';
  return prepared.messages.flatMap((base64, position) => {
    const otherSigners: readonly Address[] = creates ? [addresses.createKey] : [addresses.agent];
    const expected = { addresses, otherSigners, candidateRecipients: [], assets, kinds: SETTING_EFFECTS };
    const message = checkMessage(base64, position, expected, problems);
    if (message === null) return [];
    for (const effect of message.effects) if (effect.kind === 'account_creation') expectFeeAccountPays(effect, addresses, problems);
    // The agent has a say in nothing but the cancelling of a proposal.
    const governs = message.effects.filter((effect) => effect.kind === 'governance');
    problems.expect(
      creates || !message.signers.includes(addresses.agent) || governs.every(({ action }) => action === 'cancel'),
      `transaction ${position + 1} needs the agent's signature and does more than to cancel a proposal`,
    );
    return [message];
  });
}

function headlines({ approval }: PreparedView, now: WalletAddresses, target: Target, revision: number): readonly string[] {
  const { addresses, newAgent, newOwner, recovery, feeAccountChanges } = target;
  const lines: string[] = [];
  if (approval.kind === 'create_wallet') lines.push(`Creates a wallet under policy revision ${revision}`);
  else if (newAgent !== null) lines.push(`Replaces the agent key, and installs policy revision ${revision} for the new one`);
  else if (newOwner !== null) lines.push(`Replaces the OWNER key, and installs policy revision ${revision}`);
  else lines.push(`Installs policy revision ${revision}`);
  if (newOwner !== null) lines.push(`old owner  ${now.owner}`, `NEW OWNER  ${newOwner}, who alone controls the wallet from then on`);
  lines.push(newAgent === null ? `agent   ${addresses.agent}` : `old agent  ${now.agent}`);
  if (newAgent !== null) lines.push(`new agent  ${newAgent}`);
  if (feeAccountChanges) lines.push(`new fee account  ${addresses.feeAccount}`);
  if (recovery !== null) lines.push(`recovery key  ${recovery}, which may take the owner's place`);
  return lines;
}

function recoveryWarnings({ recovery, approval }: PreparedView, target: Target): readonly string[] {
  if (approval.kind === 'create_wallet')
    return target.recovery === null
      ? []
      : [`Whoever has the recovery key ${target.recovery} can take the wallet over with a recovery kit: it must be yours.`];
  if (recovery === target.recovery) return [];
  return [`The recovery key changes from ${recovery ?? 'none'} to ${target.recovery ?? 'none'}: the new one must be yours.`];
}

/**
 * A change of keys brings the document that the owner signed before. Where the operator has tightened it since, the service tells the tightened one as
 * in force, and goes on deciding by it: it must be a subset of the document that is signed.
 */
function expectSamePolicy({ inForce }: PreparedView, text: string, signed: AgentPolicy, problems: Problems): void {
  const other = 'a change of keys comes with another policy document than the one in force';
  if (inForce === null || inForce.tightening === null) {
    problems.expect(text === inForce?.text, other);
    return;
  }
  const tightened = parsePolicy(inForce.text);
  problems.expect(tightened.ok && loosening(comparePolicies(signed, tightened.value)).length === 0, other);
}

function tighteningWarnings({ inForce }: PreparedView): readonly string[] {
  if (inForce === null || inForce.tightening === null) return [];
  return ['The operator has tightened this policy since you signed it; the service says that it goes on deciding by the tighter one.'];
}
