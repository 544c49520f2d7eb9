import type { Cluster } from '../config.ts';

/** The first 32 characters of the genesis hash of each public cluster, as CAIP-2 names them (chainagnostic.org, namespace solana). */
const PUBLIC: { readonly [Name in Exclude<Cluster, 'localnet'>]: string } = {
  mainnet: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
  devnet: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
  testnet: '4uhcVJyU9pJkvQyS88uRDiswHScCKQY3',
};

/** Why the network with this genesis hash is not the one that CLUSTER names; `null` when it is. */
export function networkProblem(cluster: Cluster, genesisHash: string): string | null {
  const found = Object.entries(PUBLIC).find(([, start]) => genesisHash.startsWith(start))?.[0] ?? 'localnet';
  if (found === cluster) return null;
  const what = found === 'localnet' ? 'a network that is none of the public ones' : found;
  return `CLUSTER is ${cluster}, but SOLANA_RPC_URLS lead to ${what}`;
}
