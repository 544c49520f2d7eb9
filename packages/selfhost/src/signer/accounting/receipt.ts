import { createHash } from 'node:crypto';
import type { WalletId } from '@countersign/core';
import type { MacKey } from '../../keystore/mac-key.ts';
import { Refused } from '../refusal.ts';
import { decodeCanonical, encodeCanonical } from '../wire/canonical-cbor.ts';
import { createFields } from '../wire/fields.ts';

/** The signer's account of one signature. `asset` is empty and `amount` 0 where nothing left by the agent alone. */
export interface Receipt {
  /** From 1, one higher each time. */
  readonly seq: number;
  readonly wallet: WalletId;
  readonly asset: string;
  readonly amount: bigint;
  /** Milliseconds since the Unix epoch, of the signer's own clock. */
  readonly atMs: number;
  /** SHA-256 of the message that was signed. */
  readonly message: Uint8Array;
  /** SHA-256 of the receipt before this one; 32 zero bytes for the first. */
  readonly previous: Uint8Array;
}

const MAC_LABEL = 'countersign-receipt-key-v1';
export const NO_PREVIOUS: Uint8Array = new Uint8Array(32);

/** Deterministic CBOR with a BLAKE2b MAC under a key derived from the agent seed (of a vacant wallet: the keystore): only this signer can have made it. */
export function encodeReceipt(receipt: Receipt, key: MacKey): Uint8Array {
  const body = bodyOf(receipt);
  return Uint8Array.from(encodeCanonical({ ...body, mac: key.mac(MAC_LABEL, [encodeCanonical(body)]) }));
}

/** Reads a receipt of this wallet; another wallet's, an altered or an unreadable one is `malformed`. */
export function decodeReceipt(bytes: Uint8Array, wallet: WalletId, key: MacKey): Receipt {
  const fields = createFields(decodeCanonical(bytes));
  const receipt: Receipt = {
    seq: fields.whole('seq'),
    wallet: fields.walletId('wallet'),
    asset: fields.text('asset', 64),
    amount: fields.amount('amount'),
    atMs: fields.whole('at'),
    message: fields.bytes('message', 32),
    previous: fields.bytes('previous', 32),
  };
  const version = fields.whole('v');
  const mac = fields.bytes('mac', 32);
  fields.end();
  const expected = key.mac(MAC_LABEL, [encodeCanonical(bodyOf(receipt))]);
  if (version !== 1 || receipt.wallet !== wallet || Buffer.compare(mac, expected) !== 0)
    throw new Refused('malformed', 'a receipt was not made by this signer for this wallet');
  return receipt;
}

export function receiptHash(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function bodyOf(receipt: Receipt): { readonly [name: string]: unknown } {
  const { seq, wallet, asset, amount, atMs, message, previous } = receipt;
  return { v: 1, seq, wallet, asset, amount, at: atMs, message, previous };
}
