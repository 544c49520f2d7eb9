import { join } from 'node:path';
import { applyChange, filesOfChange, findChange, placeAfter } from './file-change.ts';
import type { KdfFloor } from './kdf.ts';
import { AGENT_FILE, NEXT_AGENT_FILE, openAgentFile, type PinnedWallet, samePins } from './key-file.ts';
import { KeyFileError } from './key-file-problem.ts';
import type { MacKey } from './mac-key.ts';
import type { MasterKey } from './master-file.ts';
import { ensureSecureDirectory, readSecureFile } from './secure-file.ts';
import type { SigningKey } from './signing-key.ts';
import { readStateFile, STATE_FILE, type WalletState } from './state-file.ts';
import { readVacancyFile, VACANCY_FILE, type Vacancy } from './vacancy-file.ts';

/** One wallet of the keystore: with a key, or `vacancy` that says why it has none. */
export interface KeystoreWallet {
  readonly wallet: PinnedWallet;
  readonly key: SigningKey | null;
  /** The key that shall take its place; signs nothing. */
  readonly next: SigningKey | null;
  readonly state: WalletState;
  readonly vacancy: Vacancy | null;
}

export interface WalletOpening {
  readonly directory: string;
  /** Name of the wallet's folder: its id. */
  readonly name: string;
  readonly master: MasterKey;
  readonly vacancyKey: MacKey;
  readonly floor: KdfFloor;
}
type Read = (file: string) => Promise<Buffer | null>;

/**
 * Reads and checks a wallet's files; `null` for a folder whose key was never completely made. A committed change is carried through, but only
 * when what comes out of it is in order: nothing that does not verify is put over anything.
 */
export async function openWallet(opening: WalletOpening): Promise<KeystoreWallet | null> {
  const { name } = opening;
  const folder = join(opening.directory, name);
  await ensureSecureDirectory(folder);
  const change = await findChange(folder, name);
  const changed = await filesOfChange(folder, change);
  const opened = await readWallet(opening, async (file) => {
    const place = placeAfter(change, file, changed);
    return place === null ? null : readSecureFile(join(folder, place), `${name}/${place}`);
  });
  if (change !== null) await applyChange(folder, change);
  return opened;
}

async function readWallet(opening: WalletOpening, read: Read): Promise<KeystoreWallet | null> {
  const opened = (await readLive(opening, read)) ?? (await readVacant(opening, read));
  const bytes = await read(NEXT_AGENT_FILE);
  const file = `${opening.name}/${NEXT_AGENT_FILE}`;
  if (!bytes) return opened;
  if (!opened) throw new KeyFileError('missing', `${opening.name}/${VACANCY_FILE}`, 'is missing beside a key that waits for its turn');
  const { wallet, key } = openAgentFile(bytes, opening.master, opening.floor, file, 'next');
  if (!samePins(wallet, opened.wallet)) throw new KeyFileError('tampered', file, 'belongs to another wallet or owner');
  return { ...opened, next: key };
}

async function readLive({ name, master, floor }: WalletOpening, read: Read): Promise<KeystoreWallet | null> {
  const agent = await read(AGENT_FILE);
  if (!agent) return null;
  const { wallet, key } = openAgentFile(agent, master, floor, `${name}/${AGENT_FILE}`);
  if (wallet.walletId !== name) throw new KeyFileError('tampered', `${name}/${AGENT_FILE}`, 'belongs to another wallet');
  if (await read(VACANCY_FILE)) throw new KeyFileError('tampered', `${name}/${VACANCY_FILE}`, 'stands beside a key');
  const state = await read(STATE_FILE);
  if (!state) throw new KeyFileError('missing', `${name}/${STATE_FILE}`, 'is missing: whether the wallet is suspended is not known');
  return { wallet, key, next: null, state: readStateFile(state, wallet, key, `${name}/${STATE_FILE}`), vacancy: null };
}

async function readVacant({ name, vacancyKey }: WalletOpening, read: Read): Promise<KeystoreWallet | null> {
  const bytes = await read(VACANCY_FILE);
  if (!bytes) return null;
  const { wallet, vacancy, state } = readVacancyFile(bytes, vacancyKey, `${name}/${VACANCY_FILE}`);
  if (wallet.walletId !== name) throw new KeyFileError('tampered', `${name}/${VACANCY_FILE}`, 'belongs to another wallet');
  return { wallet, key: null, next: null, state, vacancy };
}
