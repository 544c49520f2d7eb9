/** Puts a chain together: a fresh one, or the one that a data folder holds. */
import { createHash, randomBytes } from 'node:crypto';
import { writeProgramConfig } from '../program/program-config.ts';
import type { Svm, SvmAccount } from '../svm/svm.ts';
import { SYSTEM_PROGRAM } from '../wire/programs.ts';
import { parseTransaction } from '../wire/transaction.ts';
import { createBlockhashes } from './blockhashes.ts';
import { Chain, type Journal, REMOVED, slotOf } from './chain.ts';
import { createFaucet, FAUCET_LAMPORTS, type Faucet } from './faucet.ts';
import { History } from './history.ts';
import { type ClockAnchor, createSlotClock } from './slot-clock.ts';
import type { DataFolder } from './store/data-folder.ts';
import type { NumberedRecord } from './store/record-file.ts';

/** Transactions whose history is kept. */
export const HISTORY_TRANSACTIONS = 100_000;

export interface OpenChain {
  readonly chain: Chain;
  readonly faucet: Faucet;
  readonly genesisHash: Uint8Array;
}

export interface OpenChainOptions {
  readonly svm: Svm;
  /** Where the chain lives; `null` keeps it in memory. */
  readonly folder: DataFolder | null;
  readonly slotMs: number;
  readonly wallMs: () => number;
  /** Called when the journal cannot be written: nothing may be reported as confirmed after that. */
  readonly onFailure: (reason: string) => void;
}

/** Throws when the bank of the snapshot cannot be loaded. */
export async function openChain(options: OpenChainOptions): Promise<OpenChain> {
  const { svm, folder } = options;
  const genesisHash = folder?.genesisHash ?? randomBytes(32);
  const faucet = createFaucet(genesisHash);
  const records = folder?.records ?? [];
  const snapshot = folder?.snapshot ?? null;
  if (snapshot === null) {
    await writeProgramConfig(svm);
    await svm.setAccount(faucet.address, { ...REMOVED, lamports: FAUCET_LAMPORTS, owner: SYSTEM_PROGRAM });
  } else {
    await svm.load(snapshot.bank);
  }
  await replayAccounts(svm, records, snapshot?.sequence ?? 0);

  const anchors: ClockAnchor[] = [...(snapshot?.anchors ?? [])];
  let atLeastSlot = snapshot?.slot ?? 0;
  for (const { sequence, record } of records) {
    if (record.kind === 'clock' && sequence > (snapshot?.sequence ?? 0)) anchors.push(record.anchor);
    if (record.kind === 'clock') atLeastSlot = Math.max(atLeastSlot, record.anchor.slot);
    if (record.kind === 'transaction' || record.kind === 'set') atLeastSlot = Math.max(atLeastSlot, slotOf(record));
  }
  const fresh = anchors.length === 0;
  const clock = createSlotClock({ wallMs: options.wallMs, slotMs: options.slotMs, anchors, atLeastSlot });
  const known = anchors.length;
  for (const anchor of fresh ? clock.anchors() : clock.anchors().slice(known)) folder?.append({ kind: 'clock', anchor });

  const history = new History(HISTORY_TRANSACTIONS);
  const journal = folder === null ? { append: () => {}, sync: () => {} } : guarded(folder, options.onFailure);
  const chain = new Chain({
    svm,
    clock,
    blockhashes: createBlockhashes(createHash('sha256').update(genesisHash).digest()),
    history,
    journal,
  });
  for (const { record } of records) {
    if (record.kind === 'transaction') {
      const parsed = parseTransaction(record.transaction.wire);
      if (parsed.ok) history.add(record.transaction, parsed.value.messageBytes);
      chain.recall(record);
    } else if (record.kind === 'set') {
      chain.recall(record);
    } else if (record.kind === 'undo') {
      for (const signature of record.signatures) history.remove(signature);
      chain.recallUndo(record.fromSlot);
    }
  }
  folder?.sync();
  return { chain, faucet, genesisHash };
}

/** After a write that failed, the journal on disk is not what the chain did: the process has to end. */
function guarded(folder: DataFolder, onFailure: (reason: string) => void): Journal {
  return {
    append: (record) => folder.append(record),
    sync() {
      try {
        folder.sync();
      } catch (error) {
        onFailure(`the journal cannot be written: ${(error as Error).message}`);
        throw error;
      }
    },
  };
}

/** Sets every account that the records after the snapshot wrote to what the last of them left. */
async function replayAccounts(svm: Svm, records: readonly NumberedRecord[], after: number): Promise<void> {
  const last = new Map<string, SvmAccount | null>();
  for (const { sequence, record } of records) {
    if (sequence <= after || record.kind === 'clock') continue;
    for (const write of record.writes) last.set(write.address, write.after);
  }
  for (const [address, account] of last) await svm.setAccount(address, account ?? REMOVED);
}
