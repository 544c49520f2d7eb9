import type { Bounds, WalletId } from '@countersign/core';
import type { MacKey } from '../../keystore/mac-key.ts';
import { Refused } from '../refusal.ts';
import { createRateCounter, type RateCounter } from './rate-counter.ts';
import { decodeReceipt, encodeReceipt, NO_PREVIOUS, type Receipt, receiptHash } from './receipt.ts';
import { createSpendCounter, type SpendCounter } from './spend-counter.ts';

/** What one wallet's key has signed: counters for the bounds, and the chain of receipts that they are restored from. */
export interface WalletLedger {
  /** Replaces the windows; what was signed before counts in them. */
  setBounds(bounds: Bounds): void;
  /** Refuses what would exceed the rate or a window now. */
  assertRoom(spend: { readonly asset: string; readonly amount: bigint } | null, bounds: Bounds, nowMs: number): void;
  /** Counts a signature and makes its receipt; called without a pause after `assertRoom`. */
  record(spend: { readonly asset: string; readonly amount: bigint } | null, messageHash: Uint8Array, nowMs: number): Uint8Array;
  /** The receipt of a message that was counted before: the same bytes can land only once, so they are not counted again. */
  find(messageHash: Uint8Array): Uint8Array | null;
  /**
   * Takes receipts back, in any order and with gaps, and returns those that were not known. A host can hide receipts whatever is asked of
   * their order, so each one that is genuine counts; `malformed` when the MAC of one does not hold.
   */
  restore(receipts: readonly Uint8Array[], nowMs: number): readonly Uint8Array[];
  /**
   * INVARIANT I4: everything that still counts, as receipts of another key from seq 1: oldest first, with its own times and messages. Signatures that moved
   * nothing count for a minute only.
   */
  carryOver(key: MacKey, nowMs: number): readonly Uint8Array[];
  status(nowMs: number): LedgerStatus;
}

const RATE_MS = 60_000;

export interface LedgerStatus {
  readonly seq: number;
  readonly signaturesLastMinute: number;
  readonly windows: readonly { readonly asset: string; readonly seconds: number; readonly amount: bigint; readonly used: bigint }[];
}

interface Entry {
  readonly asset: string;
  readonly amount: bigint;
  readonly atMs: number;
  readonly message: Uint8Array;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export function createWalletLedger(wallet: WalletId, key: MacKey): WalletLedger {
  const entries: Entry[] = [];
  const byMessage = new Map<string, Uint8Array>();
  const known = new Set<string>();
  let counters = new Map<string, SpendCounter>();
  let rate: RateCounter = createRateCounter([]);
  let head = { seq: 0, hash: NO_PREVIOUS };
  let current: Bounds | null = null;

  const rebuild = (): void => {
    entries.sort((one, other) => one.atMs - other.atMs);
    rate = createRateCounter(entries.map(({ atMs }) => atMs));
    counters = new Map(
      (current?.assets ?? []).map(({ asset, windows }) => [
        asset,
        createSpendCounter(
          windows,
          entries.filter((entry) => entry.asset === asset),
        ),
      ]),
    );
  };
  const remember = (receipt: Receipt, bytes: Uint8Array): void => {
    const hash = receiptHash(bytes);
    known.add(hex(hash));
    byMessage.set(hex(receipt.message), bytes);
    if (receipt.seq > head.seq) head = { seq: receipt.seq, hash };
  };
  return {
    setBounds: (bounds) => {
      current = bounds;
      rebuild();
    },
    assertRoom: (spend, bounds, nowMs) => {
      if (rate.full(bounds.signaturesPerMinute, nowMs)) throw new Refused('rate_limited', 'too many signatures in the last minute');
      if (!spend) return;
      const over = counters.get(spend.asset)?.exceeded(spend.amount, nowMs) ?? null;
      if (over === 'no_window' || !counters.has(spend.asset))
        throw new Refused('over_window_cap', 'the bounds have no window for this asset');
      if (over) throw new Refused('over_window_cap', `is over what the window of ${over.seconds} seconds has left`);
    },
    record: (spend, messageHash, nowMs) => {
      const { asset, amount } = spend ?? { asset: '', amount: 0n };
      const receipt: Receipt = { seq: head.seq + 1, wallet, asset, amount, atMs: nowMs, message: messageHash, previous: head.hash };
      const bytes = encodeReceipt(receipt, key);
      entries.push({ asset, amount, atMs: nowMs, message: messageHash });
      counters.get(asset)?.add(amount, nowMs);
      rate.add(nowMs);
      remember(receipt, bytes);
      return bytes;
    },
    find: (messageHash) => byMessage.get(hex(messageHash)) ?? null,
    restore: (receipts, nowMs) => {
      const decoded = receipts.map((bytes) => ({ bytes, receipt: decodeReceipt(bytes, wallet, key) }));
      const fresh: Uint8Array[] = [];
      for (const { bytes, receipt } of decoded) {
        if (known.has(hex(receiptHash(bytes)))) continue;
        fresh.push(bytes);
        entries.push({ asset: receipt.asset, amount: receipt.amount, atMs: Math.min(receipt.atMs, nowMs), message: receipt.message });
        remember(receipt, bytes);
      }
      rebuild();
      return fresh;
    },
    carryOver: (nextKey, nowMs) => {
      entries.sort((one, other) => one.atMs - other.atMs);
      const still = entries.filter(({ asset, atMs }) => asset !== '' || nowMs - atMs <= RATE_MS);
      let previous = NO_PREVIOUS;
      return still.map(({ asset, amount, atMs, message }, index) => {
        const bytes = encodeReceipt({ seq: index + 1, wallet, asset, amount, atMs, message, previous }, nextKey);
        previous = receiptHash(bytes);
        return bytes;
      });
    },
    status: (nowMs) => ({
      seq: head.seq,
      signaturesLastMinute: rate.lastMinute(nowMs),
      windows: [...counters].flatMap(([asset, counter]) => counter.used(nowMs).map((window) => ({ asset, ...window }))),
    }),
  };
}
