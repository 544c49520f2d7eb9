import { isAddress, type WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import type { Problems } from './collect-problems.ts';

const NAMES = ['multisig', 'vault', 'owner', 'agent', 'createKey', 'feeAccount'] as const;

/** The wallet's addresses as the service names them: each an address, all different. Whose key signs is `readConsent`'s. */
export function readAddresses(prepared: PreparedView, problems: Problems): WalletAddresses | null {
  const given = prepared.addresses;
  for (const name of NAMES) problems.expect(isAddress(given[name]), `the ${name} "${given[name]}" is not an address`);
  const values = NAMES.map((name) => given[name]);
  problems.expect(new Set(values).size === values.length, 'two of the addresses of the wallet are the same');
  return values.every((value) => isAddress(value)) ? (given as WalletAddresses) : null;
}
