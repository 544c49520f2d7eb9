import type { Address, WalletId } from '@countersign/core';
import type { Keystore } from '../../keystore/keystore.ts';
import type { SigningKey } from '../../keystore/signing-key.ts';
import type { Operation } from './operations.ts';

const LABEL = 'countersign-create-key-v1';

/** Runs `work` with the create key of a wallet: derived from the fee seed, used for the wallet's creation, wiped at once. */
export function withCreateKey<T>(keystore: Keystore, walletId: WalletId, work: (key: SigningKey) => T): T {
  const key = keystore.feeKey.child(`${LABEL}${walletId}`);
  try {
    return work(key);
  } finally {
    key.wipe();
  }
}

export function createKeyOf(keystore: Keystore, walletId: WalletId): Address {
  return withCreateKey(keystore, walletId, ({ address }) => address);
}

export const createAddress: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  fields.end();
  return { createKey: createKeyOf(state.keystore, walletId) };
};

export const feeAccount: Operation = async (state, fields) => {
  fields.end();
  return { feeAccount: state.keystore.feeKey.address };
};
