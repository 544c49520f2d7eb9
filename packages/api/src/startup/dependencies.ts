import { type Dependencies, domainError } from '@countersign/core';
import { RefusalError } from '../http/refusal-error.ts';

/**
 * Dependencies whose network may not be known yet: with the chain away at the start, everything that needs no chain works (reading,
 * freezing, rejecting), and what needs the network's name is refused as `chain_unavailable`.
 */
export function withNetwork(parts: Omit<Dependencies, 'network'>, network: () => string | null): Dependencies {
  return {
    ...parts,
    get network(): string {
      const known = network();
      if (known === null) throw new RefusalError(domainError('chain_unavailable', { problem: 'its network is not known yet' }));
      return known;
    },
  };
}
