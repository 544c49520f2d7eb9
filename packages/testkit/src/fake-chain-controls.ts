import type { Address, AssetId } from '@countersign/core';
import type { Landing, NodeView } from './fake-blocks.ts';

/** How a test governs the fake chain. */
export interface FakeChainControls {
  /** Money from nowhere. */
  fund(account: Address, amount: bigint, asset?: AssetId): void;
  /** What an account holds after the newest block. */
  balance(account: Address, asset?: AssetId): bigint;
  /** A token that there is from now on, beside the native asset. */
  addAsset(asset: AssetId, decimals: number): void;
  /** What a lookup table holds from now on. */
  setTable(table: Address, contents: readonly Address[]): void;
  /** Lets heights pass without transactions. */
  mine(blocks: bigint): void;
  /** `false`: every call answers `chain_unavailable`. */
  setReachable(reachable: boolean): void;
  /** `drop`: what is submitted is taken and never lands. `lose_answer`: it arrives and the answer is lost. */
  setWeather(weather: 'fair' | 'drop' | 'lose_answer'): void;
  /** How far the chain's clock is from that of the sources. */
  setClockSkewMs(skewMs: number): void;
  /** `at_once`: submitting makes a block. `held`: what is submitted waits for `produceBlock`. At first `at_once`. */
  setLanding(landing: 'at_once' | 'held'): void;
  /** What was submitted and is in no block, by signature, in the order of arrival. */
  pending(): readonly string[];
  /** One block with these pending transactions in this order. What expired, or landed before, is left out and forgotten. */
  produceBlock(ids: readonly string[]): void;
  /** A fork: the newest blocks, at most so many heights and none that is finalized, never were. `lost` transactions are gone, the others pend again. */
  fork(depth: bigint, lost: (id: string) => boolean): void;
  /** How far behind the tip blocks are confirmed and finalized; at first 0, so that everything is final at once. */
  setFinality(depths: { readonly confirmed: bigint; readonly finalized: bigint }): void;
  /** How many blocks each node is behind; a node is drawn for each call. At first one that is up to date. */
  setNodes(blocksBehind: readonly bigint[]): void;
  /** Nodes tell nothing any more of what landed below this height. */
  setHistory(fromHeight: bigint): void;
  /** The transaction as the chain has it now, from the best node. */
  landing(id: string): Landing | null;
  /** The heights of the best node. */
  heights(): Pick<NodeView, 'tip' | 'confirmed' | 'finalized'>;
}
