import { type Address, isAddress, type WalletAddresses } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import type { Problems } from './collect-problems.ts';

const NAMES = ['multisig', 'vault', 'owner', 'agent', 'createKey', 'feeAccount'] as const;

/** The wallet's addresses as the service names them: each an address, all different, the owner the one whose key signs. */
export function readAddresses(prepared: PreparedView, signingOwner: Address, problems: Problems): WalletAddresses | null {
  const given = prepared.addresses;
  for (const name of NAMES) problems.expect(isAddress(given[name]), `the ${name} "${given[name]}" is not an address`);
  const values = NAMES.map((name) => given[name]);
  problems.expect(new Set(values).size === values.length, 'two of the addresses of the wallet are the same');
  problems.expect(given.owner === signingOwner, `the owner is ${given.owner}, and this key is ${signingOwner}`);
  const { multisig, vault, owner, agent, createKey, feeAccount } = given;
  const valid = [multisig, vault, owner, agent, createKey, feeAccount].every(isAddress);
  return valid ? (given as WalletAddresses) : null;
}
