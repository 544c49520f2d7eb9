import { type Address, isAddress } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import type { Problems } from './collect-problems.ts';

/**
 * In which part a key signs. `owner`: it is the owner's. `recovery`: it takes the place of an owner key that is lost. `new_owner`: it shall
 * become the owner's; it signs the statement alone.
 */
export type SigningPart = 'owner' | 'recovery' | 'new_owner';

/** The part of the key that would sign, and whose consent the approval takes: the key that configures the wallet on chain. */
export interface Consent {
  readonly part: SigningPart;
  readonly consents: Address;
}

/** INVARIANT I6: the key has exactly one part in the approval, or signs nothing. */
export function readConsent({ addresses, change, recovery }: Parts, key: Address, problems: Problems): Consent | null {
  const consents = change?.consentOf === 'recovery' ? recovery : addresses.owner;
  if (consents === null || !isAddress(consents)) {
    problems.add('it takes the consent of a recovery key, and the service names none');
    return null;
  }
  if (key === consents) return { part: change?.consentOf === 'recovery' ? 'recovery' : 'owner', consents };
  if (change !== null && key === change.owner) return { part: 'new_owner', consents };
  const whose = change?.consentOf === 'recovery' ? 'the recovery key' : 'the owner';
  problems.add(`${whose} is ${consents}${change?.owner ? `, the new owner ${change.owner}` : ''}, and this key is ${key}`);
  return null;
}

interface Parts {
  readonly addresses: PreparedView['addresses'];
  readonly change: PreparedView['approval']['change'];
  readonly recovery: string | null;
}
