/**
 * Journal files: `[u32 payload bytes][u32 CRC-32 of sequence and payload][u64 sequence][payload]`, little-endian, payload by `v8.serialize`.
 * A process that is killed can leave half a record at the end of the newest file: that is a torn tail, its transactions were never
 * reported as confirmed. Anything else that does not read back is corruption.
 */
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import type { LedgerRecord } from '../landed-transaction.ts';

const HEADER_BYTES = 16;

export interface NumberedRecord {
  readonly sequence: number;
  readonly record: LedgerRecord;
}

export type RecordFile =
  | {
      readonly ok: true;
      readonly records: readonly NumberedRecord[] /** Bytes up to the end of the last whole record. */;
      readonly wholeBytes: number;
    }
  | { readonly ok: false; readonly problem: string };

export function encodeRecord(sequence: number, record: LedgerRecord): Buffer {
  const payload = serialize(record);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeBigUInt64LE(BigInt(sequence), 8);
  payload.copy(frame, HEADER_BYTES);
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

/** Reads a whole file. */
export function decodeRecords(bytes: Buffer): RecordFile {
  const records: NumberedRecord[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + HEADER_BYTES > bytes.length) break;
    const end = offset + HEADER_BYTES + bytes.readUInt32LE(offset);
    if (end > bytes.length) break;
    if (crc32(bytes.subarray(offset + 8, end)) !== bytes.readUInt32LE(offset + 4)) {
      if (bytes.subarray(offset).every((byte) => byte === 0)) break;
      return { ok: false, problem: `the record at byte ${offset} has a wrong checksum` };
    }
    const sequence = Number(bytes.readBigUInt64LE(offset + 8));
    try {
      records.push({ sequence, record: deserialize(bytes.subarray(offset + HEADER_BYTES, end)) as LedgerRecord });
    } catch {
      return { ok: false, problem: `the record at byte ${offset} cannot be read` };
    }
    offset = end;
  }
  return { ok: true, records, wholeBytes: offset };
}
