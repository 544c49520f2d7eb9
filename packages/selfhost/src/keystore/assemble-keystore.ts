import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WalletId } from '@countersign/core';
import type { GuardedSecret } from '../memory/guarded-secret.ts';
import { applyChange, type ChangeKind, commitChange } from './file-change.ts';
import type { KdfFloor } from './kdf.ts';
import { AGENT_FILE, formatAgentFile, NEXT_AGENT_FILE, openAgentFile, type PinnedWallet } from './key-file.ts';
import { KeyFileError } from './key-file-problem.ts';
import type { Keystore } from './keystore.ts';
import type { MacKey } from './mac-key.ts';
import type { MasterKey } from './master-file.ts';
import type { KeystoreWallet } from './open-wallet.ts';
import { openFor, sealFor } from './sealed-bytes.ts';
import { ensureSecureDirectory, readSecureFile, syncDirectory, writeFileAtomically } from './secure-file.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';
import { formatStateFile, NEW_STATE, STATE_FILE, type WalletState } from './state-file.ts';
import { formatVacancyFile, VACANCY_FILE } from './vacancy-file.ts';

/** File of the receipts of one wallet; written by the signer's accounting. */
export const RECEIPT_LOG_FILE = 'receipts.log';

export interface KeystoreParts {
  readonly directory: string;
  readonly master: MasterKey;
  readonly floor: KdfFloor;
  readonly feeKey: SigningKey;
  readonly wallets: readonly KeystoreWallet[];
  readonly vacancyKey: MacKey;
  readonly vacancySecret: GuardedSecret;
  readonly sealKey: GuardedSecret;
  readonly release: () => Promise<void>;
}

/** What was opened, as a keystore. */
export function assembleKeystore(parts: KeystoreParts): Keystore {
  const { directory, master, feeKey, wallets, vacancyKey, sealKey } = parts;
  const keys = new Set(wallets.flatMap(({ key, next }) => [key, next].filter((each) => each !== null)));
  const wipe = (key: SigningKey | null): void => {
    key?.wipe();
    if (key) keys.delete(key);
  };
  const pathOf = (walletId: WalletId, file: string): string => join(directory, walletId, file);
  const saveState: Keystore['saveState'] = (wallet, key, state) =>
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
    ...{ feeKey, wallets, vacancyKey, pathOf, saveState },
    ...changesOf(parts, wipe),
    createAgentKey: async (wallet) => {
      const key = generateSigningKey();
      // Left by another key that is gone: it tells nothing about this one.
      await rm(pathOf(wallet.walletId, RECEIPT_LOG_FILE), { force: true });
      await store(wallet, key, NEW_STATE);
      return key;
    },
    createNextKey: async (wallet) => {
      const key = generateSigningKey();
      await writeFileAtomically(pathOf(wallet.walletId, NEXT_AGENT_FILE), formatAgentFile(master, wallet, key, 'next'));
      keys.add(key);
      return key;
    },
    saveVacancy: async (wallet, vacancy, state) => {
      await ensureSecureDirectory(join(directory, wallet.walletId));
      await writeFileAtomically(pathOf(wallet.walletId, VACANCY_FILE), formatVacancyFile(wallet, vacancy, state, vacancyKey));
      await syncDirectory(directory);
    },
    readBackup: async (walletId) => {
      const bytes = await readSecureFile(pathOf(walletId, AGENT_FILE));
      if (!bytes) throw new KeyFileError('missing', `${walletId}/${AGENT_FILE}`, 'is missing');
      return Uint8Array.from(bytes);
    },
    restoreBackup: async (backup, state) => {
      const { wallet, key } = openAgentFile(backup, master, parts.floor, 'backup');
      await store(wallet, key, state);
      return { wallet, key };
    },
    seal: (walletId, label, bytes) => sealFor(sealKey, walletId, label, bytes),
    open: (walletId, label, sealed) => openFor(sealKey, walletId, label, sealed),
    close: async () => {
      for (const key of keys) key.wipe();
      for (const secret of [feeKey, master.key, parts.vacancySecret, sealKey]) secret.wipe();
      await parts.release();
    },
  };
}

/** The changes of several files at once. Keys are wiped when the change is committed and carried through. */
function changesOf(
  { directory, master, vacancyKey }: KeystoreParts,
  wipe: (key: SigningKey | null) => void,
): Pick<Keystore, 'rotateKey' | 'replaceOwner' | 'destroyKey'> {
  const change = async (walletId: WalletId, kind: ChangeKind, files: readonly [string, string | Uint8Array][]): Promise<void> => {
    const folder = join(directory, walletId);
    await commitChange(folder, kind, new Map(files));
    await applyChange(folder, kind);
  };
  return {
    rotateKey: async ({ wallet, old, next, state, receipts }) => {
      await change(wallet.walletId, 'rotate', [
        [RECEIPT_LOG_FILE, receipts],
        [STATE_FILE, formatStateFile(state, wallet, next)],
        [AGENT_FILE, formatAgentFile(master, wallet, next)],
      ]);
      wipe(old);
    },
    replaceOwner: ({ wallet, key, next, state }) =>
      change(wallet.walletId, 'owner', [
        [STATE_FILE, formatStateFile(state, wallet, key)],
        ...(next ? [[NEXT_AGENT_FILE, formatAgentFile(master, wallet, next, 'next')] as [string, string]] : []),
        [AGENT_FILE, formatAgentFile(master, wallet, key)],
      ]),
    destroyKey: async ({ wallet, key, next, vacancy, state, receipts }) => {
      await change(wallet.walletId, 'vacate', [
        [RECEIPT_LOG_FILE, receipts],
        [VACANCY_FILE, formatVacancyFile(wallet, vacancy, state, vacancyKey)],
      ]);
      wipe(key);
      wipe(next);
    },
  };
}
