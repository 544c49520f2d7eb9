import type { AssetId, TransactionStatus } from '@countersign/core';
import { createFakeLedger, type FakeLedger } from './fake-ledger.ts';
import type { FakeMessage } from './fake-message.ts';

/** A transaction in a block. */
export interface Landing {
  readonly id: string;
  readonly message: FakeMessage;
  readonly height: bigint;
  readonly error: string | null;
  readonly moved: readonly { readonly asset: AssetId; readonly amount: bigint }[];
}

/** What one node knows: the chain up to its own tip. */
export interface NodeView {
  readonly tip: bigint;
  readonly confirmed: bigint;
  readonly finalized: bigint;
  ledgerAt(height: bigint): FakeLedger;
  find(id: string): Landing | null;
  /** All that landed up to the node's tip, oldest first. */
  landings(): readonly Landing[];
}

/** Blocks, finality and forks. Heights pass without blocks; only a block that holds something is kept. */
export interface FakeBlocks {
  /** Lets heights pass, empty. */
  pass(heights: bigint): void;
  /** One more block with these transactions in this order; what expired or landed before is left out. Slacks are from 0 to 1. */
  produce(transactions: readonly { readonly id: string; readonly message: FakeMessage; readonly slack: number }[]): readonly Landing[];
  /** One more block in which something changed by no transaction. */
  alter(change: (ledger: FakeLedger) => void): void;
  /** Undoes the newest blocks down to the finalized height, at most `depth` heights; what was in them, newest block last. */
  fork(depth: bigint): readonly Landing[];
  /** How many heights behind the tip confirmation and finality are. */
  setDepths(depths: { readonly confirmed: bigint; readonly finalized: bigint }): void;
  view(heightsBehind: bigint): NodeView;
  /** The ledger after the newest block, and all before it, for giving money from nowhere. */
  ledgers(): readonly FakeLedger[];
}

const FIRST_HEIGHT = 1_000n;

export function isExpired({ lastValidBlockHeight, durable }: FakeMessage, height: bigint): boolean {
  return durable === null && height > BigInt(lastValidBlockHeight);
}

/** What a node says of a transaction, if it remembers blocks from `keptFrom` on. */
export function statusIn({ confirmed, finalized, find }: NodeView, id: string, keptFrom: bigint): TransactionStatus {
  const found = find(id);
  if (found === null || found.height < keptFrom) return { kind: 'not_found' };
  const { height, error } = found;
  return { kind: height <= finalized ? 'finalized' : height <= confirmed ? 'confirmed' : 'processed', slot: height, error };
}

export function createFakeBlocks(): FakeBlocks {
  const blocks: { readonly height: bigint; readonly ledger: FakeLedger; readonly landings: readonly Landing[] }[] = [
    { height: FIRST_HEIGHT, ledger: createFakeLedger(), landings: [] },
  ];
  const landed = new Map<string, Landing>();
  let tip = FIRST_HEIGHT;
  let depths = { confirmed: 0n, finalized: 0n };
  let finalized = FIRST_HEIGHT;

  function settle(): void {
    const due = tip - depths.finalized;
    if (due > finalized) finalized = due;
  }
  function ledgerAt(height: bigint): FakeLedger {
    const block = blocks.findLast((each) => each.height <= height) ?? blocks[0];
    if (block === undefined) throw new Error('the first block is gone');
    return block.ledger;
  }

  return {
    pass(heights) {
      tip += heights;
      settle();
    },
    produce(transactions) {
      tip += 1n;
      const ledger = ledgerAt(tip).copy();
      const landings: Landing[] = [];
      for (const { id, message, slack } of transactions) {
        if (landed.has(id) || isExpired(message, tip) || !ledger.holdsNonce(message)) continue;
        const error = ledger.obstacle(message);
        const landing: Landing = { id, message, height: tip, error, moved: error === null ? ledger.apply(message, tip, slack) : [] };
        ledger.useNonce(message, tip);
        landed.set(id, landing);
        landings.push(landing);
      }
      if (landings.length > 0) blocks.push({ height: tip, ledger, landings });
      settle();
      return landings;
    },
    alter(change) {
      tip += 1n;
      const ledger = ledgerAt(tip).copy();
      change(ledger);
      blocks.push({ height: tip, ledger, landings: [] });
      settle();
    },
    fork(depth) {
      const least = tip - depth > finalized ? tip - depth : finalized;
      const undone: Landing[] = [];
      for (let last = blocks.at(-1); last !== undefined && last.height > least && blocks.length > 1; last = blocks.at(-1)) {
        blocks.pop();
        undone.unshift(...last.landings);
      }
      for (const { id } of undone) landed.delete(id);
      return undone;
    },
    setDepths(value) {
      depths = value;
      settle();
    },
    view(heightsBehind) {
      const seen = tip - heightsBehind > FIRST_HEIGHT ? tip - heightsBehind : FIRST_HEIGHT;
      const seenFinalized = seen - depths.finalized < finalized ? seen - depths.finalized : finalized;
      return {
        tip: seen,
        confirmed: seen - depths.confirmed,
        finalized: seenFinalized,
        ledgerAt,
        find(id) {
          const landing = landed.get(id);
          return landing && landing.height <= seen ? landing : null;
        },
        landings: () => blocks.filter(({ height }) => height <= seen).flatMap(({ landings }) => landings),
      };
    },
    ledgers: () => blocks.map(({ ledger }) => ledger),
  };
}
