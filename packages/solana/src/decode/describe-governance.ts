import type { Governance } from '@countersign/core';
import { baseUnits } from './describe-amount.ts';

/** A change of who controls a wallet, or a step of a proposal, in one sentence. */
export function describeGovernance(effect: Governance): string {
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
    case 'set_threshold':
      return effect.threshold === 1
        ? `Lets ANY ONE member of ${wallet} decide alone.`
        : `Lets ${effect.threshold} of the members of ${wallet} decide together.`;
    case 'set_time_lock':
      return `Sets the time lock of ${wallet} to ${effect.seconds} seconds.`;
    case 'set_config_authority':
      return `Makes ${effect.authority} the one who configures ${wallet} and alone decides over its members, threshold and spending limits.`;
    case 'set_rent_collector':
      return `Makes ${effect.rentCollector ?? 'nobody'} the one who gets rent of ${wallet} back.`;
    default: {
      const known = effect.proposal === undefined ? 'a proposal' : `the proposal in account ${effect.proposal}`;
      const proposal = effect.index === null ? known : `proposal ${effect.index}`;
      const verb = { propose: 'makes', approve: 'approves', execute: 'executes', reject: 'rejects', cancel: 'cancels', close: 'closes' };
      return `${effect.member ?? 'The transaction'} ${verb[effect.action]} ${proposal} of ${wallet}.`;
    }
  }
}
