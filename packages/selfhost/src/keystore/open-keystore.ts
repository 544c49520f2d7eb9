import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, parseId, type Result, type WalletId } from '@countersign/core';
import type { KdfFloor, KdfParameters } from './kdf.ts';
import { AGENT_FILE, FEE_FILE, formatAgentFile, formatFeeFile, openAgentFile, openFeeFile, type PinnedWallet } from './key-file.ts';
import { KeyFileError, type KeyFileProblem } from './key-file-problem.ts';
import { lockKeystore } from './keystore-lock.ts';
import { createMasterFile, MASTER_FILE, type MasterKey, openMasterFile } from './master-file.ts';
import { ensureSecureDirectory, readSecureFile, syncDirectory, writeFileAtomically } from './secure-file.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';
import { formatStateFile, NEW_STATE, readStateFile, STATE_FILE, type WalletState } from './state-file.ts';
import { formatTombstone, readTombstone, TOMBSTONE_FILE } from './tombstone-file.ts';

/** One wallet of the keystore; `key` is `null` after it was destroyed. */
export interface KeystoreWallet {
  readonly wallet: PinnedWallet;
  readonly key: SigningKey | null;
  readonly state: WalletState;
}

/** An unlocked keystore (docs/spec/keystore.md). Its methods are called one at a time per wallet. */
export interface Keystore {
  readonly feeKey: SigningKey;
  readonly wallets: readonly KeystoreWallet[];
  pathOf(walletId: WalletId, file: string): string;
  /** Makes and stores a key; the wallet must have none. */
  createAgentKey(wallet: PinnedWallet): Promise<SigningKey>;
  saveState(wallet: PinnedWallet, key: SigningKey, state: WalletState): Promise<void>;
  /** The sealed file as it lies on disk: useless without the passphrase. */
  readBackup(walletId: WalletId): Promise<Uint8Array>;
  /** Takes a backup made by this keystore (same passphrase and salt) for a wallet that has no key. */
  restoreBackup(backup: Uint8Array): Promise<{ readonly wallet: PinnedWallet; readonly key: SigningKey }>;
  /** Wipes the key and deletes its file, leaving a tombstone. */
  destroyKey(wallet: PinnedWallet, key: SigningKey): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the keystore in `directory`, or makes a new one where the directory is empty or missing. Every key file is opened and checked;
 * the first that is not in order is the error, and nothing is written over. `passphrase` is read, not kept or wiped.
 */
export async function openKeystore(input: {
  readonly directory: string;
  readonly passphrase: Buffer;
  readonly kdfForNewKeystore: KdfParameters;
  readonly kdfFloor: KdfFloor;
}): Promise<Result<Keystore, KeyFileProblem>> {
  try {
    return ok(await open(input));
  } catch (error) {
    if (error instanceof KeyFileError) return fail(error.detail);
    throw error;
  }
}

type OpenInput = Parameters<typeof openKeystore>[0];

async function open(input: OpenInput): Promise<Keystore> {
  const { directory, kdfFloor } = input;
  await ensureSecureDirectory(directory);
  const lock = await lockKeystore(directory);
  try {
    const master = await openMaster(input);
    const feeKey = await openFeeKey(directory, master, kdfFloor);
    const wallets: KeystoreWallet[] = [];
    for (const name of (await walletDirectories(directory)).sort()) {
      const wallet = await openWallet(directory, name, master, kdfFloor);
      if (wallet) wallets.push(wallet);
    }
    return assemble(directory, master, kdfFloor, feeKey, wallets, lock.release);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openMaster({ directory, passphrase, kdfForNewKeystore, kdfFloor }: OpenInput): Promise<MasterKey> {
  const path = join(directory, MASTER_FILE);
  const bytes = await readSecureFile(path);
  if (bytes) return openMasterFile(bytes, passphrase, kdfFloor);
  const orphans = (await walletDirectories(directory)).length > 0 || (await readSecureFile(join(directory, FEE_FILE))) !== null;
  if (orphans) throw new KeyFileError('missing', MASTER_FILE, 'is missing beside keys that need it; nothing was made anew');
  const { text, master } = await createMasterFile(passphrase, kdfForNewKeystore, kdfFloor);
  await writeFileAtomically(path, text);
  return master;
}

async function openFeeKey(directory: string, master: MasterKey, floor: KdfFloor): Promise<SigningKey> {
  const path = join(directory, FEE_FILE);
  const bytes = await readSecureFile(path);
  if (bytes) return openFeeFile(bytes, master, floor);
  if ((await walletDirectories(directory)).length > 0)
    throw new KeyFileError('missing', FEE_FILE, 'is missing beside wallets that need it');
  const key = generateSigningKey();
  await writeFileAtomically(path, formatFeeFile(master, key));
  return key;
}

async function walletDirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && parseId('wallet', entry.name, 'walletId').ok).map(({ name }) => name);
}

async function openWallet(directory: string, name: string, master: MasterKey, floor: KdfFloor): Promise<KeystoreWallet | null> {
  const path = (file: string): string => join(directory, name, file);
  await ensureSecureDirectory(join(directory, name));
  const tombstone = await readSecureFile(path(TOMBSTONE_FILE));
  if (tombstone) {
    await rm(path(AGENT_FILE), { force: true });
    return { wallet: readTombstone(tombstone, `${name}/${TOMBSTONE_FILE}`), key: null, state: NEW_STATE };
  }
  const agent = await readSecureFile(path(AGENT_FILE));
  if (!agent) return null;
  const { wallet, key } = openAgentFile(agent, master, floor, `${name}/${AGENT_FILE}`);
  if (wallet.walletId !== name) throw new KeyFileError('tampered', `${name}/${AGENT_FILE}`, 'belongs to another wallet');
  const state = await readSecureFile(path(STATE_FILE));
  if (!state) throw new KeyFileError('missing', `${name}/${STATE_FILE}`, 'is missing: whether the wallet is suspended is not known');
  return { wallet, key, state: readStateFile(state, wallet, key, `${name}/${STATE_FILE}`) };
}

function assemble(
  directory: string,
  master: MasterKey,
  floor: KdfFloor,
  feeKey: SigningKey,
  wallets: readonly KeystoreWallet[],
  release: () => Promise<void>,
): Keystore {
  const keys = new Set(wallets.flatMap(({ key }) => (key ? [key] : [])));
  const pathOf = (walletId: WalletId, file: string): string => join(directory, walletId, file);
  const saveState = (wallet: PinnedWallet, key: SigningKey, state: WalletState): Promise<void> =>
    writeFileAtomically(pathOf(wallet.walletId, STATE_FILE), formatStateFile(state, wallet, key));
  /** The key file is written last: without it the directory counts as empty. */
  const store = async (wallet: PinnedWallet, key: SigningKey, state: WalletState): Promise<void> => {
    await ensureSecureDirectory(join(directory, wallet.walletId));
    await saveState(wallet, key, state);
    await writeFileAtomically(pathOf(wallet.walletId, AGENT_FILE), formatAgentFile(master, wallet, key));
    await syncDirectory(directory);
    keys.add(key);
  };
  return {
    feeKey,
    wallets,
    pathOf,
    saveState,
    createAgentKey: async (wallet) => {
      const key = generateSigningKey();
      await store(wallet, key, NEW_STATE);
      return key;
    },
    readBackup: async (walletId) => {
      const bytes = await readSecureFile(pathOf(walletId, AGENT_FILE));
      if (!bytes) throw new KeyFileError('missing', `${walletId}/${AGENT_FILE}`, 'is missing');
      return Uint8Array.from(bytes);
    },
    restoreBackup: async (backup) => {
      const { wallet, key } = openAgentFile(backup, master, floor, 'backup');
      await store(wallet, key, { ...NEW_STATE, suspendedAtMs: Date.now() });
      return { wallet, key };
    },
    destroyKey: async (wallet, key) => {
      await writeFileAtomically(pathOf(wallet.walletId, TOMBSTONE_FILE), formatTombstone(wallet));
      key.wipe();
      keys.delete(key);
      await rm(pathOf(wallet.walletId, AGENT_FILE), { force: true });
      await syncDirectory(join(directory, wallet.walletId));
    },
    close: async () => {
      for (const key of keys) key.wipe();
      feeKey.wipe();
      master.key.wipe();
      await release();
    },
  };
}
