import type { WalletId } from '@countersign/core';
import type { PinnedWallet } from './key-file.ts';
import type { MacKey } from './mac-key.ts';
import type { KeystoreWallet } from './open-wallet.ts';
import type { SigningKey } from './signing-key.ts';
import type { WalletState } from './state-file.ts';
import type { Vacancy } from './vacancy-file.ts';

/**
 * An unlocked keystore (docs/spec/keystore.md). Its methods are called one at a time per wallet. Those that change several files together reject
 * with `NotCommitted` when nothing changed; after any other error only opening the keystore again tells what is stored.
 */
export interface Keystore {
  readonly feeKey: SigningKey;
  readonly wallets: readonly KeystoreWallet[];
  /** Proves receipts and state of wallets without a key. */
  readonly vacancyKey: MacKey;
  pathOf(walletId: WalletId, file: string): string;
  /** Makes and stores a key; the wallet must have none. */
  createAgentKey(wallet: PinnedWallet): Promise<SigningKey>;
  /** Makes and stores the key that shall take the agent key's place. */
  createNextKey(wallet: PinnedWallet): Promise<SigningKey>;
  saveState(wallet: PinnedWallet, key: SigningKey, state: WalletState): Promise<void>;
  saveVacancy(wallet: PinnedWallet, vacancy: Vacancy, state: WalletState): Promise<void>;
  /** `next` takes the place of `old` (`null` for a wallet without a key), with the content of a receipt log; `old` is wiped. */
  rotateKey(change: {
    readonly wallet: PinnedWallet;
    readonly old: SigningKey | null;
    readonly next: SigningKey;
    readonly state: WalletState;
    readonly receipts: Uint8Array;
  }): Promise<void>;
  /** Binds the key, and the waiting one, to the owner that `wallet` names. */
  replaceOwner(change: {
    readonly wallet: PinnedWallet;
    readonly key: SigningKey;
    readonly next: SigningKey | null;
    readonly state: WalletState;
  }): Promise<void>;
  /** Wipes the key and the waiting one and deletes their files; the wallet is vacant from then on. */
  destroyKey(change: {
    readonly wallet: PinnedWallet;
    readonly key: SigningKey;
    readonly next: SigningKey | null;
    readonly vacancy: Vacancy;
    readonly state: WalletState;
    readonly receipts: Uint8Array;
  }): Promise<void>;
  /** The sealed file as it lies on disk: useless without the passphrase. */
  readBackup(walletId: WalletId): Promise<Uint8Array>;
  /** Takes a backup made by this keystore (same passphrase and salt) for a wallet that is not known, with `state`. */
  restoreBackup(backup: Uint8Array, state: WalletState): Promise<{ readonly wallet: PinnedWallet; readonly key: SigningKey }>;
  /** Encrypts what the service keeps, bound to wallet and label. */
  seal(walletId: WalletId, label: string, bytes: Uint8Array): Uint8Array;
  /** `null` when wallet, label or bytes are not those that were sealed. */
  open(walletId: WalletId, label: string, sealed: Uint8Array): Uint8Array | null;
  close(): Promise<void>;
}
