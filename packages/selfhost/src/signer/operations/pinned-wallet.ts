import type { PinnedWallet } from '../../keystore/key-file.ts';
import type { Fields } from '../wire/fields.ts';

/** What a new key is bound to. */
export function readPinnedWallet(fields: Fields): PinnedWallet {
  return {
    walletId: fields.walletId('walletId'),
    owner: fields.address('ownerPublicKey'),
    multisig: fields.address('multisig'),
    network: fields.address('network'),
  };
}
