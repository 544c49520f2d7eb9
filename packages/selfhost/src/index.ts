export { DEFAULT_KDF, KDF_FLOOR, type KdfFloor, type KdfParameters, type StoredKdf } from './keystore/kdf.ts';
export type { KeyFileProblem } from './keystore/key-file-problem.ts';
export { readPassphraseFile, wipePassphrase } from './memory/read-passphrase-file.ts';
export type { SealedOwnerRecipient } from './owner/sealed-owner-file.ts';
export { createSealedOwnerKey, openSealedOwnerKey, readSealedOwner, sealOwnerKeyTo } from './owner/sealed-owner-key.ts';
export { REFUSAL_CODES, type RefusalCode } from './signer/refusal.ts';
export { createSignerClient, type SignerClient } from './signer-client.ts';
export { SIGNER_MAIN, type SignerProcess, spawnSigner } from './spawn-signer.ts';
