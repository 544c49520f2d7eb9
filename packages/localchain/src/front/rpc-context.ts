import type { Chain } from './chain.ts';
import type { Faucet } from './faucet.ts';
import { asUnsigned, type Commitment, type Config, commitmentOf } from './params.ts';
import { MIN_CONTEXT_SLOT, RpcError } from './rpc-error.ts';
import type { Weather } from './weather.ts';

export interface RpcContext {
  readonly chain: Chain;
  readonly faucet: Faucet;
  readonly genesisHash: Uint8Array;
  readonly weather: Weather;
  /** Whether the methods that bend the chain (`weather_*`, `chain_*`) are there. */
  readonly bendable: boolean;
  /** Ends the chain: it can go on no more. */
  readonly onFailure: (reason: string) => void;
  /** Runs after everything that was asked before, alone: executions and reads must not interleave. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/** Answers one call; throws `RpcError` for what the caller did wrong. */
export type RpcMethod = (context: RpcContext, params: readonly unknown[]) => Promise<unknown>;

export const API_VERSION = '0.1.0-countersign-localchain';

/** The newest slot of the commitment in `config`, held against its `minContextSlot`. */
export function bankSlot(context: RpcContext, config: Config, commitment: Commitment = commitmentOf(config)): number {
  const slot = context.chain.slotAt(commitment);
  const least = config['minContextSlot'];
  if (least !== undefined && least !== null && BigInt(slot) < asUnsigned(least, 'minContextSlot')) {
    throw new RpcError(MIN_CONTEXT_SLOT, 'Minimum context slot has not been reached', { contextSlot: slot });
  }
  return slot;
}

export function withContext(slot: number, value: unknown): unknown {
  return { context: { apiVersion: API_VERSION, slot }, value };
}
