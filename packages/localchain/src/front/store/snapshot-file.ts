/** The snapshot: 8 bytes of magic, SHA-256 of the rest, then `v8.serialize`. Written beside, synced, renamed, and the folder synced. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ClockAnchor } from '../slot-clock.ts';

const MAGIC = Buffer.from('CSLCHN01', 'latin1');

export interface Snapshot {
  /** The last journal record that the bank contains. */
  readonly sequence: number;
  /** A slot that had begun. */
  readonly slot: number;
  readonly anchors: readonly ClockAnchor[];
  readonly bank: Uint8Array;
}

/** Throws what the file system throws. */
export function writeSnapshot(path: string, snapshot: Snapshot): void {
  const body = serialize(snapshot);
  const draft = `${path}.tmp`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeAll(file, Buffer.concat([MAGIC, createHash('sha256').update(body).digest(), body]));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** `null` when the bytes are not a whole snapshot. */
export function decodeSnapshot(bytes: Buffer): Snapshot | null {
  if (bytes.length < 40 || !bytes.subarray(0, 8).equals(MAGIC)) return null;
  const body = bytes.subarray(40);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(8, 40))) return null;
  return deserialize(body) as Snapshot;
}

/** Writes every byte, however many calls that takes. */
export function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}

/** Makes new names in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
