import type { AssetOutflow, Effect, WalletAddresses } from '@countersign/core';
import { describeEffect } from '@countersign/solana/decode';
import { type AskedTransaction, askedClaims } from './asked-transaction.ts';
import { checkMessage, expectFeeAccountPays } from './check-message.ts';
import { checkProposal, positionOfVaultTransaction, SQUADS } from './check-proposal.ts';
import type { Problems } from './collect-problems.ts';
import type { Findings, NotUnderstood } from './reviewed.ts';
import { readVaultInstructions } from './vault-instructions.ts';

/** Everything that the vault may do, shown and judged by the owner; who controls something is not the agent's to change. */
const KINDS: readonly Effect['kind'][] = [
  'fee',
  'account_creation',
  'governance',
  'memo',
  'asset_outflow',
  'own_move',
  'account_closing',
  'delegate_approval',
  'delegate_revocation',
  'burn',
  'program_call',
  'foreign',
  'unknown',
];
const PROGRAM_CHARACTERS = 8;

/**
 * INVARIANT I6: an agent's own message, which the vault executes by one proposal that begins and ends in these bytes. Around the vault's
 * transaction everything must be understood and be the service's usual steps; what the vault does is shown whole, and what only a called program
 * knows is not let through without the owner typing so.
 */
export function checkCall(asked: AskedTransaction, addresses: WalletAddresses, problems: Problems): Findings | null {
  const { base64, transaction } = asked;
  const { agent, owner, vault } = addresses;
  const expected = { addresses, otherSigners: [agent], candidateRecipients: [owner, agent], assets: [], kinds: KINDS };
  const message = checkMessage(base64, 0, expected, problems);
  if (message === null) return null;
  const { effects } = message;
  checkProposal(effects, addresses, problems);
  const position = positionOfVaultTransaction(message.bytes, problems);
  const inside = effects.filter((effect) => isInside(effect, position));
  for (const effect of effects) if (!isInside(effect, position)) checkAround(effect, addresses, problems);
  problems.expect(inside.length > 0, 'the vault would do nothing');
  for (const effect of inside) if (effect.kind === 'asset_outflow') checkSource(effect, addresses, problems);
  const raw = position === null ? null : readVaultInstructions(message.bytes, position);
  if (raw === null) {
    problems.add('what the vault shall execute cannot be read');
    return null;
  }
  const isWorded = inside.every(({ kind }) => kind !== 'unknown');
  return {
    messages: [message],
    pinned: raw.data,
    summary: [
      "Has the vault execute the agent's own message. Read from its bytes alone, it does this:",
      '',
      ...inside.map((effect) => `${isNotUnderstood(effect) ? 'UNKNOWN: ' : ''}${describeEffect(effect)}`),
      '',
      ...(isWorded ? [] : ['The instructions of the vault, as they stand in the bytes:', ...raw.lines, '']),
      ...effects.filter((effect) => !inside.includes(effect) && effect.kind !== 'governance').map(describeEffect),
      `vault  ${vault}`,
    ],
    notUnderstood: inside.filter(isNotUnderstood).map(notUnderstood),
    warnings: inside.flatMap((effect) => warningsOf(effect, addresses)),
    claims: [...askedClaims(transaction), ...transaction.effects.map((effect) => `The service read it as: ${effect}`)],
  };
}

/** Effects of the vault's transaction have the position of the instruction that makes it; one of the proposal's own program is none of them. */
function isInside(effect: Effect, position: number | null): boolean {
  if (position === null || effect.instruction !== position || effect.kind === 'governance') return false;
  return !('program' in effect && effect.program === SQUADS);
}

/** Beside the vault's transaction there are the fee, the rent of the proposal, its steps and a memo, and nothing else. */
function checkAround(effect: Effect, addresses: WalletAddresses, problems: Problems): void {
  if (effect.kind === 'fee' || effect.kind === 'governance' || effect.kind === 'memo') return;
  if (effect.kind === 'account_creation') expectFeeAccountPays(effect, addresses, problems);
  else problems.add(`beside what the vault does there is this: ${describeEffect(effect)}`);
}

function checkSource(effect: AssetOutflow, { vault }: WalletAddresses, problems: Problems): void {
  problems.expect(effect.source === vault, `the money comes from ${effect.source}, not from the vault ${vault}`);
  problems.expect(effect.spendingLimit === null, "a spending limit is used, which does not need the owner's signature");
}

function isNotUnderstood(effect: Effect): effect is Extract<Effect, { readonly kind: 'program_call' | 'unknown' }> {
  return effect.kind === 'program_call' || effect.kind === 'unknown';
}

function notUnderstood(effect: Extract<Effect, { readonly kind: 'program_call' | 'unknown' }>): NotUnderstood {
  const { program } = effect;
  return { sentence: describeEffect(effect), word: program === null ? 'UNKNOWN' : program.slice(0, PROGRAM_CHARACTERS), program };
}

/** What is understood and easily overlooked. */
function warningsOf(effect: Effect, { vault }: WalletAddresses): readonly string[] {
  switch (effect.kind) {
    case 'asset_outflow':
      return [
        ...effect.hazards.map((hazard) => `The amount of ${effect.asset} cannot be relied on: ${hazard}`),
        ...(effect.destination === null
          ? [`Nobody can say from the bytes whose the account ${effect.destinationAccount} is, to which money goes.`]
          : []),
      ];
    case 'delegate_approval':
      return [`${effect.delegate} may take up to ${effect.amount} base units out of ${effect.account} at any later time.`];
    case 'account_closing':
      return effect.destination === vault ? [] : [`The whole balance of ${effect.account} goes to ${effect.destination}.`];
    case 'burn':
      return [`${effect.amount} base units in ${effect.account} are destroyed.`];
    case 'account_creation':
      return effect.payer === vault ? [`The vault pays the rent of ${effect.account}.`] : [];
    default:
      return [];
  }
}
