import { type AssetOutflow, type Effect, formatUnits, NATIVE_ASSET, type ProgramCall } from '@countersign/core';
import { baseUnits, lamports, tokenName } from './describe-amount.ts';
import { describeGovernance } from './describe-governance.ts';
import { showText } from './show-text.ts';

/** One plain sentence about an effect, with full addresses and exact amounts; foreign text is quoted and escaped. */
export function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'asset_outflow':
      return describeOutflow(effect);
    case 'own_move':
      return `Move ${baseUnits(effect.asset, effect.amount)} between accounts of the vault, from ${effect.from} to ${effect.to}.`;
    case 'fee':
      return `${effect.payer} pays a network fee of at most ${lamports(effect.amountLamports)}.`;
    case 'account_creation':
      return `${effect.payer} pays at most ${lamports(effect.maximumRentLamports)} of rent for ${effect.account}: ${effect.what}.`;
    case 'account_closing': {
      const balance = effect.amountLamports === null ? 'whatever lamports it then holds' : lamports(effect.amountLamports);
      return `Close account ${effect.account}; ${effect.destination} gets ${balance}.`;
    }
    case 'delegate_approval':
      return `Let ${effect.delegate} take up to ${baseUnits(effect.asset, effect.amount)} from the vault's account ${effect.account}, at any time.`;
    case 'delegate_revocation':
      return `Let nobody but the vault take from its account ${effect.account} any more.`;
    case 'authority_change':
      return effect.to === null
        ? `Give up the ${effect.authority} of ${effect.account} for ever.`
        : `Make ${effect.to} the ${effect.authority} of ${effect.account}.`;
    case 'burn':
      return `Destroy ${baseUnits(effect.asset, effect.amount)} of the vault's account ${effect.account}.`;
    case 'memo':
      return `The transaction carries the memo ${showText(effect.text)}.`;
    case 'program_call':
      return describeCall(effect);
    case 'foreign':
      return `Program ${effect.program} does something that concerns nothing of this wallet: ${effect.what}.`;
    case 'durable_nonce':
      return (
        `The transaction does NOT EXPIRE: it can land at any time until durable nonce ${effect.account}, which ${effect.authority} controls, ` +
        'has moved on, and landing uses that nonce up.'
      );
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
      : `${formatUnits(effect.amount, effect.decimals)} (${effect.amount} base units) of ${tokenName(effect.asset)}`;
  const from = effect.sourceAccount === effect.source ? effect.source : `${effect.source} (account ${effect.sourceAccount})`;
  const to =
    effect.destination === null
      ? `token account ${effect.destinationAccount}, whose wallet is not known`
      : effect.destinationAccount === effect.destination
        ? effect.destination
        : `${effect.destination} (token account ${effect.destinationAccount})`;
  const by = effect.spendingLimit === null ? '' : `, within spending limit ${effect.spendingLimit}`;
  const hazards = effect.hazards.length === 0 ? '' : ` Beware: ${effect.hazards.join('; ')}.`;
  return `Send ${amount} from vault ${from} to ${to}${by}.${hazards}`;
}

function describeCall({ program, data, accounts }: ProgramCall): string {
  const roles = { vault: ', the vault', own_token_account: ", the vault's token account", other: '' };
  const named = accounts.map(
    ({ address, writable, signer, role }) => `${address}${roles[role]}${signer ? ', signing' : ''}${writable ? ', writable' : ''}`,
  );
  const bytes = data.length === 0 ? 'no data' : `data ${data}`;
  return `Call program ${program}, which is not known here, with ${bytes} and ${named.length === 0 ? 'no account' : `accounts [${named.join('] [')}]`}.`;
}
