import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, parseId, type Result } from '@countersign/core';
import { assembleKeystore } from './assemble-keystore.ts';
import type { KdfFloor, KdfParameters } from './kdf.ts';
import { FEE_FILE, formatFeeFile, openFeeFile } from './key-file.ts';
import { KeyFileError, type KeyFileProblem } from './key-file-problem.ts';
import type { Keystore } from './keystore.ts';
import { lockKeystore } from './keystore-lock.ts';
import { createMacKey } from './mac-key.ts';
import { createMasterFile, deriveSubkey, MASTER_FILE, type MasterKey, openMasterFile } from './master-file.ts';
import { type KeystoreWallet, openWallet } from './open-wallet.ts';
import { SEAL_LABEL } from './sealed-bytes.ts';
import { ensureSecureDirectory, readSecureFile, writeFileAtomically } from './secure-file.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';

/** The purpose of the subkey behind `Keystore.vacancyKey`. */
const VACANCY_LABEL = 'countersign-vacancy-key-v1';

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
    const vacancySecret = deriveSubkey(master, VACANCY_LABEL);
    const vacancyKey = createMacKey(vacancySecret);
    const wallets: KeystoreWallet[] = [];
    for (const name of (await walletDirectories(directory)).sort()) {
      const wallet = await openWallet({ directory, name, master, vacancyKey, floor: kdfFloor });
      if (wallet) wallets.push(wallet);
    }
    return assembleKeystore({
      ...{ directory, master, floor: kdfFloor, feeKey, wallets, vacancyKey, vacancySecret },
      sealKey: deriveSubkey(master, SEAL_LABEL),
      release: lock.release,
    });
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
