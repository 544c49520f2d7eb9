/**
 * A chain on disk: `genesis.json`, `snapshot.bin`, `journal-<n>.log`. The journal is written and synced once a slot, before anything in it is
 * reported as confirmed. Opening reads everything and deletes nothing; half a record at the end of the newest journal is cut off.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ProgramSource } from '../../svm/svm.ts';
import type { Journal } from '../chain.ts';
import type { LedgerRecord } from '../landed-transaction.ts';
import { releaseFolderLock, takeFolderLock } from './folder-lock.ts';
import { decodeRecords, encodeRecord, type NumberedRecord } from './record-file.ts';
import { decodeSnapshot, type Snapshot, syncFolder, writeAll, writeSnapshot } from './snapshot-file.ts';

const FORMAT = 1;
/** A journal file that has grown so far is followed by a new one at the next snapshot. */
const JOURNAL_FILE_BYTES = 4 << 20;

interface Genesis {
  readonly format: number;
  /** 64 hex characters. */
  readonly genesisHash: string;
  readonly program: string;
}

interface JournalFile {
  readonly number: number;
  bytes: number;
  records: number;
}

export interface DataFolder extends Journal {
  readonly genesisHash: Uint8Array;
  readonly snapshot: Snapshot | null;
  /** Every record on disk, oldest first, those before the snapshot included. */
  readonly records: readonly NumberedRecord[];
  /** Bytes and records written since the last snapshot. */
  unsaved(): { readonly bytes: number; readonly records: number };
  save(snapshot: Omit<Snapshot, 'sequence'>): void;
  close(): void;
}

export type OpenedFolder = { readonly ok: true; readonly folder: DataFolder } | { readonly ok: false; readonly reason: string };

/** Opens or creates a chain's folder. `keepRecords`: whole journal files older than that many records go at a snapshot. */
export function openDataFolder(path: string, source: ProgramSource, keepRecords: number): OpenedFolder {
  const lockPath = join(path, 'lock');
  try {
    makeFolder(resolve(path));
    const holder = takeFolderLock(lockPath);
    if (holder !== null) return { ok: false, reason: `the data folder ${path} is in use by process ${holder}` };
  } catch (error) {
    return { ok: false, reason: `the data folder ${path} cannot be used: ${(error as Error).message}` };
  }
  const opened = read(path, source, keepRecords, lockPath);
  if (!opened.ok) releaseFolderLock(lockPath);
  return opened;
}

function read(path: string, source: ProgramSource, keepRecords: number, lockPath: string): OpenedFolder {
  const corrupt = (what: string): OpenedFolder => ({ ok: false, reason: `the data folder ${path} is corrupt: ${what}` });
  const program = source.kind === 'deployed-elf' ? `elf ${source.sha256}` : `crate ${source.version}`;
  const genesisPath = join(path, 'genesis.json');
  const numbers = readdirSync(path).flatMap((name) => (/^journal-\d{8}\.log$/.test(name) ? [Number(name.slice(8, 16))] : []));
  numbers.sort((a, b) => a - b);
  if (!existsSync(genesisPath)) {
    if (numbers.length > 0 || existsSync(join(path, 'snapshot.bin'))) return corrupt('genesis.json is missing');
    writeGenesis(path, genesisPath, { format: FORMAT, genesisHash: randomBytes(32).toString('hex'), program });
  }
  const genesis = parseGenesis(readFileSync(genesisPath, 'utf8'));
  if (genesis === null) return corrupt('genesis.json cannot be read');
  if (genesis.format !== FORMAT)
    return { ok: false, reason: `the data folder ${path} has format ${genesis.format}, this version reads ${FORMAT}` };
  if (genesis.program !== program) {
    return {
      ok: false,
      reason: `the data folder ${path} was made with another program (${genesis.program}, now ${program}): name another folder or choose the program with COUNTERSIGN_PROGRAM_SOURCE`,
    };
  }
  const snapshotPath = join(path, 'snapshot.bin');
  let snapshot: Snapshot | null = null;
  if (existsSync(snapshotPath)) {
    snapshot = decodeSnapshot(readFileSync(snapshotPath));
    if (snapshot === null) return corrupt('snapshot.bin does not match its checksum');
  }
  const records: NumberedRecord[] = [];
  const files: JournalFile[] = [];
  for (const number of numbers) {
    const file = join(path, journalName(number));
    const bytes = readFileSync(file);
    const decoded = decodeRecords(bytes);
    if (!decoded.ok) return corrupt(`${journalName(number)}: ${decoded.problem}`);
    if (decoded.wholeBytes < bytes.length) {
      if (number !== numbers.at(-1)) return corrupt(`${journalName(number)} ends within a record`);
      truncateSync(file, decoded.wholeBytes);
    }
    for (const entry of decoded.records) {
      const before = records.at(-1);
      if (before !== undefined && entry.sequence !== before.sequence + 1)
        return corrupt(`${journalName(number)}: record ${before.sequence + 1} is missing`);
      records.push(entry);
    }
    files.push({ number, bytes: decoded.wholeBytes, records: decoded.records.length });
  }
  const first = records[0]?.sequence ?? 1;
  const last = records.at(-1)?.sequence ?? 0;
  if (first > (snapshot?.sequence ?? 0) + 1) return corrupt(`the journal begins at record ${first}`);
  if (snapshot !== null && last < snapshot.sequence) return corrupt(`the journal ends at record ${last}, before the snapshot`);
  const folder = writer({ path, keepRecords, lockPath, files, lastSequence: last, snapshotSequence: snapshot?.sequence ?? 0 });
  return { ok: true, folder: { genesisHash: Buffer.from(genesis.genesisHash, 'hex'), snapshot, records, ...folder } };
}

interface WriterState {
  readonly path: string;
  readonly keepRecords: number;
  readonly lockPath: string;
  readonly files: JournalFile[];
  readonly lastSequence: number;
  readonly snapshotSequence: number;
}

function writer(state: WriterState): Omit<DataFolder, 'genesisHash' | 'snapshot' | 'records'> {
  const { path, files } = state;
  let sequence = state.lastSequence;
  let pending: Buffer[] = [];
  let unsavedBytes = 0;
  let unsavedRecords = sequence - state.snapshotSequence;
  const next = (): JournalFile => {
    const file: JournalFile = { number: (files.at(-1)?.number ?? 0) + 1, bytes: 0, records: 0 };
    files.push(file);
    return file;
  };
  const newest = files.at(-1);
  let current = newest !== undefined && newest.bytes < JOURNAL_FILE_BYTES ? newest : next();
  let handle = openJournal(path, current.number);

  const sync = (): void => {
    if (pending.length === 0) return;
    const bytes = Buffer.concat(pending);
    pending = [];
    writeAll(handle, bytes);
    fdatasyncSync(handle);
    current.bytes += bytes.length;
  };
  return {
    append(record: LedgerRecord) {
      sequence += 1;
      const frame = encodeRecord(sequence, record);
      pending.push(frame);
      current.records += 1;
      unsavedBytes += frame.length;
      unsavedRecords += 1;
    },
    sync,
    unsaved: () => ({ bytes: unsavedBytes, records: unsavedRecords }),
    save(snapshot) {
      sync();
      writeSnapshot(join(path, 'snapshot.bin'), { ...snapshot, sequence });
      unsavedBytes = 0;
      unsavedRecords = 0;
      if (current.bytes < JOURNAL_FILE_BYTES) return;
      closeSync(handle);
      current = next();
      handle = openJournal(path, current.number);
      dropOldFiles(path, files, state.keepRecords);
    },
    close() {
      sync();
      closeSync(handle);
      releaseFolderLock(state.lockPath);
    },
  };
}

/** Removes whole journal files from the oldest on while the rest still holds `keepRecords` records; the snapshot has all of them. */
function dropOldFiles(path: string, files: JournalFile[], keepRecords: number): void {
  let records = files.reduce((sum, file) => sum + file.records, 0);
  for (let oldest = files[0]; oldest !== undefined && files.length > 1 && records - oldest.records >= keepRecords; oldest = files[0]) {
    rmSync(join(path, journalName(oldest.number)), { force: true });
    records -= oldest.records;
    files.shift();
  }
}

/** Makes a folder and those above it. Not `recursive: true`, which never returns where a file system refuses new folders with ENOENT (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function openJournal(path: string, number: number): number {
  const handle = openSync(join(path, journalName(number)), 'a', 0o600);
  syncFolder(path);
  return handle;
}

function journalName(number: number): string {
  return `journal-${String(number).padStart(8, '0')}.log`;
}

function writeGenesis(folder: string, path: string, genesis: Genesis): void {
  const file = openSync(`${path}.tmp`, 'w', 0o600);
  try {
    writeAll(file, Buffer.from(`${JSON.stringify(genesis, null, 2)}\n`));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.tmp`, path);
  syncFolder(folder);
}

function parseGenesis(text: string): Genesis | null {
  try {
    const value = JSON.parse(text) as Partial<Genesis>;
    const fits = typeof value.format === 'number' && typeof value.program === 'string' && /^[0-9a-f]{64}$/.test(value.genesisHash ?? '');
    return fits ? (value as Genesis) : null;
  } catch {
    return null;
  }
}
