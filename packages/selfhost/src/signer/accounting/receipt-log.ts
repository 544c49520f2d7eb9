import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyFileError } from '../../keystore/key-file-problem.ts';
import { syncDirectory } from '../../keystore/secure-file.ts';

const LENGTH_BYTES = 2;

/** The receipts of one wallet on disk: u16 big-endian length and bytes, appended. */
export interface ReceiptLog {
  /** Durable when it resolves; calls made meanwhile share one fsync. Rejects for ever after a failed write. */
  append(receipt: Uint8Array): Promise<void>;
  /** Resolves when everything appended so far is durable; rejects after a failed write. */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

/** The content of a log that holds these receipts. */
export function formatReceiptLog(receipts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(receipts.map(recordOf)));
}

function recordOf(receipt: Uint8Array): Buffer {
  const record = Buffer.alloc(LENGTH_BYTES + receipt.length);
  record.writeUInt16BE(receipt.length);
  record.set(receipt, LENGTH_BYTES);
  return record;
}

/** Opens or makes the log and returns what it holds. A record cut off by a crash at the end was never answered and is removed. */
export async function openReceiptLog(
  path: string,
  file: string,
): Promise<{ readonly log: ReceiptLog; readonly receipts: readonly Uint8Array[] }> {
  const handle = await open(path, 'a+', 0o600);
  try {
    const info = await handle.stat();
    if ((info.mode & 0o077) !== 0) throw new KeyFileError('insecure_mode', file, 'is open to others; it must be 0600');
    const content = await handle.readFile();
    const receipts: Uint8Array[] = [];
    let at = 0;
    while (at + LENGTH_BYTES <= content.length) {
      const end = at + LENGTH_BYTES + content.readUInt16BE(at);
      if (end > content.length) break;
      receipts.push(Uint8Array.from(content.subarray(at + LENGTH_BYTES, end)));
      at = end;
    }
    if (at !== content.length) await handle.truncate(at);
    await handle.sync();
    await syncDirectory(dirname(path));
    return { log: createLog(handle), receipts };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function createLog(handle: Awaited<ReturnType<typeof open>>): ReceiptLog {
  let waiting: { readonly record: Buffer; readonly done: (error: unknown) => void }[] = [];
  let flushing: Promise<void> | null = null;
  let broken: Error | null = null;
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (broken) throw broken;
        await handle.appendFile(Buffer.concat(batch.map(({ record }) => record)));
        await handle.datasync();
        for (const { done } of batch) done(null);
      } catch (error) {
        broken = error instanceof Error ? error : new Error('receipt log failed');
        for (const { done } of batch) done(broken);
      }
    }
    flushing = null;
  };
  return {
    append: (receipt) =>
      new Promise((resolve, reject) => {
        waiting.push({ record: recordOf(receipt), done: (error) => (error ? reject(error) : resolve()) });
        flushing ??= flush();
      }),
    flushed: async () => {
      await flushing;
      if (broken) throw broken;
    },
    close: async () => {
      await flushing;
      await handle.close();
    },
  };
}
