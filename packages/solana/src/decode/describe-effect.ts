import {
  type AssetId,
  type AssetOutflow,
  type Effect,
  formatUnits,
  type Governance,
  NATIVE_ASSET,
  NATIVE_DECIMALS,
} from '@countersign/core';
import { showText } from './show-text.ts';

/** One plain sentence about an effect, with full addresses and exact amounts; foreign text is quoted and escaped. */
export function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'asset_outflow':
      return describeOutflow(effect);
    case 'fee':
      return `${effect.payer} pays a network fee of at most ${lamports(effect.amountLamports)}.`;
    case 'account_creation':
      return `${effect.payer} pays at most ${lamports(effect.maximumRentLamports)} of rent for ${effect.account}: ${effect.what}.`;
    case 'memo':
      return `The transaction carries the memo ${showText(effect.text)}.`;
    case 'governance':
      return describeGovernance(effect);
    case 'unknown': {
      const where =
        effect.instruction === null ? '' : ` Instruction ${effect.instruction}${effect.program ? ` of program ${effect.program}` : ''}:`;
      return `Something is not understood.${where} ${showText(effect.reason)}.`;
    }
  }
}

function describeOutflow(effect: AssetOutflow): string {
  const amount =
    effect.asset === NATIVE_ASSET
      ? lamports(effect.amount)
      : `${formatUnits(effect.amount, effect.decimals)} (${effect.amount} base units) of token ${effect.asset}`;
  const from = effect.sourceAccount === effect.source ? effect.source : `${effect.source} (token account ${effect.sourceAccount})`;
  const to =
    effect.destination === null
      ? `token account ${effect.destinationAccount}, whose wallet is not known`
      : effect.destinationAccount === effect.destination
        ? effect.destination
        : `${effect.destination} (token account ${effect.destinationAccount})`;
  const by = effect.spendingLimit === null ? '' : `, within spending limit ${effect.spendingLimit}`;
  return `The vault ${from} sends ${amount} to ${to}${by}.`;
}

function describeGovernance(effect: Governance): string {
  const wallet = `wallet ${effect.wallet}`;
  switch (effect.action) {
    case 'create_wallet':
      return (
        `Creates ${wallet} with owner ${effect.owner}, threshold ${effect.threshold}, a time lock of ${effect.timeLockSeconds} seconds, ` +
        `members ${effect.members.map(({ key, permissions }) => `${key} (permissions ${permissions})`).join(', ') || 'none'} ` +
        `and rent collector ${effect.rentCollector ?? 'none'}.`
      );
    case 'add_limit':
      return (
        `Lets ${effect.members.join(', ') || 'nobody'} spend up to ${baseUnits(effect.asset, effect.amount)} every ${effect.periodSeconds} seconds ` +
        `from ${wallet} to ${effect.destinations.join(', ') || 'ANY address'} by spending limit ${effect.spendingLimit}.`
      );
    case 'remove_limit':
      return `Removes spending limit ${effect.spendingLimit} of ${wallet}.`;
    case 'add_member':
      return `Adds member ${effect.member} with permissions ${effect.permissions} to ${wallet}.`;
    case 'remove_member':
      return `Removes member ${effect.member} from ${wallet}.`;
    default: {
      const proposal = effect.index === null ? 'a proposal' : `proposal ${effect.index}`;
      const verb = { propose: 'makes', approve: 'approves', execute: 'executes', reject: 'rejects', cancel: 'cancels', close: 'closes' };
      return `${effect.member ?? 'The transaction'} ${verb[effect.action]} ${proposal} of ${wallet}.`;
    }
  }
}

function lamports(amount: bigint): string {
  return `${formatUnits(amount, NATIVE_DECIMALS)} SOL (${amount} lamports)`;
}

function baseUnits(asset: AssetId, amount: bigint): string {
  return asset === NATIVE_ASSET ? lamports(amount) : `${amount} base units of token ${asset}`;
}
