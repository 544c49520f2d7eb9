import { deriveChainLimits, type Effect, parsePolicy, sha256Hex, type WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { describeEffect } from '@countersign/solana/decode';
import { policyLines } from '../output/policy-lines.ts';
import { checkBounds } from './check-bounds.ts';
import { checkMessage, expectFeeAccountPays } from './check-message.ts';
import { checkSetup } from './check-setup.ts';
import { checkStatement } from './check-statement.ts';
import type { Problems } from './collect-problems.ts';
import type { Findings } from './reviewed.ts';

const KINDS: readonly Effect['kind'][] = ['fee', 'account_creation', 'governance'];

/**
 * A policy to install, with or without the wallet's creation: the statement is over exactly this policy text and the bounds that it gives,
 * and the transactions put exactly the limits on chain that it gives. Nothing here takes the service's word.
 */
export function checkPolicy(
  prepared: PreparedView,
  addresses: WalletAddresses,
  world: { readonly nowMs: number; readonly inForce: readonly string[] },
  problems: Problems,
): Findings | null {
  const given = prepared.policy;
  problems.expect(prepared.transaction === null, 'a policy comes with a payment');
  if (given === null) {
    problems.add('there is no policy to check');
    return null;
  }
  const policy = parsePolicy(given.text);
  if (!policy.ok) {
    const { error } = policy;
    const words = error.code === 'policy_invalid' ? error.problems.map(({ path, problem }) => `${path} ${problem}`).join('; ') : error.code;
    problems.add(`the policy is invalid: ${words}`);
    return null;
  }
  const { revision } = given;
  const { network } = prepared;
  const creates = prepared.approval.kind === 'create_wallet';
  problems.expect(
    revision === prepared.approval.policyRevision,
    `the approval is about revision ${prepared.approval.policyRevision}, not ${revision}`,
  );
  if (creates) problems.expect(revision === 1, `a new wallet begins with revision 1, not ${revision}`);
  const bounds = checkBounds(given.bounds, policy.value, { addresses, revision, network }, problems);
  if (bounds === null) return null;
  const policySha256 = sha256Hex(given.text);
  const wallet = addresses.multisig;
  const statement = checkStatement(
    prepared.statement,
    { action: 'install-policy', network, wallet, revision, policySha256, boundsSha256: bounds.sha256 },
    world.nowMs,
    problems,
  );
  const otherSigners = creates ? [addresses.createKey] : [];
  const expected = { addresses, otherSigners, candidateRecipients: [], assets: bounds.assets, kinds: KINDS };
  const messages = prepared.messages.flatMap((base64, position) => checkMessage(base64, position, expected, problems) ?? []);
  const effects = messages.flatMap((message) => message.effects);
  const setup = { addresses, limits: bounds.limits, creates, inForce: world.inForce, assets: bounds.assets };
  for (const effect of effects) if (effect.kind === 'account_creation') expectFeeAccountPays(effect, addresses, problems);
  const warnings = checkSetup(effects, setup, problems);
  const chainLimits = deriveChainLimits(policy.value, addresses);
  return {
    messages,
    summary: [
      creates ? `Creates a wallet under policy revision ${revision}` : `Installs policy revision ${revision}`,
      `agent   ${addresses.agent}`,
      `vault   ${addresses.vault}${messages.length === 0 ? ' (named by the service)' : ''}`,
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
    warnings,
    claims: bounds.assets.filter(({ asset }) => asset !== 'SOL').map(({ asset, decimals }) => `${asset} has ${decimals} decimals.`),
  };
}
