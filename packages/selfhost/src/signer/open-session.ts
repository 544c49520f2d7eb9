import { RECEIPT_LOG_FILE } from '../keystore/assemble-keystore.ts';
import type { PinnedWallet } from '../keystore/key-file.ts';
import { KeyFileError } from '../keystore/key-file-problem.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { MacKey } from '../keystore/mac-key.ts';
import type { KeystoreWallet } from '../keystore/open-wallet.ts';
import type { SigningKey } from '../keystore/signing-key.ts';
import type { WalletState } from '../keystore/state-file.ts';
import type { Vacancy } from '../keystore/vacancy-file.ts';
import { openReceiptLog, type ReceiptLog } from './accounting/receipt-log.ts';
import { createWalletLedger, type WalletLedger } from './accounting/wallet-ledger.ts';
import { deriveVault } from './message/derive-address.ts';
import { createKeyOf } from './operations/create-key-address.ts';
import { Refused } from './refusal.ts';
import type { SignerClock } from './signer-clock.ts';
import type { LiveKey, VacantKey, WalletSession } from './signer-state.ts';

/** Takes a wallet of the keystore into memory, with what it counted. Rejects with `KeyFileError` when its receipt log is not in order. */
export async function openSession(keystore: Keystore, clock: SignerClock, opened: KeystoreWallet): Promise<WalletSession> {
  const { wallet, key, next, state, vacancy } = opened;
  return {
    ...{ wallet, next, state },
    live: key && (await openLiveKey(keystore, clock, wallet, key, state)),
    vacant: vacancy && (await openVacantKey(keystore, clock, wallet, vacancy)),
    suspensions: 0,
    changing: false,
    vault: deriveVault(wallet.multisig),
    createKey: createKeyOf(keystore, wallet.walletId),
  };
}

export async function openLiveKey(
  keystore: Keystore,
  clock: SignerClock,
  wallet: PinnedWallet,
  key: SigningKey,
  state: WalletState,
): Promise<LiveKey> {
  const { ledger, log } = await openLedger(keystore, clock, wallet, key);
  if (state.installed) ledger.setBounds(state.installed.bounds);
  return { key, ledger, log };
}

/** A log beside a wallet that never had a key here was another key's: it tells nothing. */
export async function openVacantKey(keystore: Keystore, clock: SignerClock, wallet: PinnedWallet, vacancy: Vacancy): Promise<VacantKey> {
  if (vacancy.agent === null) return { vacancy, ledger: createWalletLedger(wallet.walletId, keystore.vacancyKey) };
  const { ledger, log } = await openLedger(keystore, clock, wallet, keystore.vacancyKey);
  await log.close();
  return { vacancy, ledger };
}

async function openLedger(
  keystore: Keystore,
  clock: SignerClock,
  { walletId }: PinnedWallet,
  key: MacKey,
): Promise<{ readonly ledger: WalletLedger; readonly log: ReceiptLog }> {
  const file = `${walletId}/${RECEIPT_LOG_FILE}`;
  const { log, receipts } = await openReceiptLog(keystore.pathOf(walletId, RECEIPT_LOG_FILE), file);
  const ledger = createWalletLedger(walletId, key);
  try {
    ledger.restore(receipts, clock.nowMs());
    return { ledger, log };
  } catch (error) {
    await log.close();
    if (error instanceof Refused) throw new KeyFileError('tampered', file, error.refusal.rule);
    throw error;
  }
}
