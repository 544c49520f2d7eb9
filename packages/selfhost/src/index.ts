export { DEFAULT_KDF, KDF_FLOOR, type KdfFloor, type KdfParameters, type StoredKdf } from './keystore/kdf.ts';
export type { KeyFileProblem } from './keystore/key-file-problem.ts';
export { readPassphraseFile, wipePassphrase } from './memory/read-passphrase-file.ts';
export { changeOwnerPassphrase, type PassphraseChange } from './owner/change-owner-passphrase.ts';
export { openKeypairFile, readKeypairOwner } from './owner/keypair-file.ts';
export { exportOwnerBackup, type OwnerBackup } from './owner/owner-backup.ts';
export { createPastedOwnerKeys, type ToSignElsewhere } from './owner/pasted-signature.ts';
export { createPkcs11OwnerKeys, PKCS11_ADDON, type Pkcs11Key } from './owner/pkcs11-owner-keys.ts';
export { type OwnerKeyFile, readOwnerKeyFile } from './owner/read-owner-key-file.ts';
export { restoreOwnerBackup } from './owner/restore-owner-backup.ts';
export type { SealedOwnerRecipient } from './owner/sealed-owner-file.ts';
export {
  createSealedOwnerKey,
  openSealedOwnerKey,
  readSealedOwner,
  type SealedOwnerPlace,
  sealOwnerKeyTo,
} from './owner/sealed-owner-key.ts';
export { disableCoreDumps } from './signer/process-hardening.ts';
export { REFUSAL_CODES, type RefusalCode } from './signer/refusal.ts';
export { createSignerClient, type SignerClient } from './signer-client.ts';
export { SIGNER_MAIN, type SignerProcess, spawnSigner } from './spawn-signer.ts';
