import { type Payment, parseAddress, parseAmount, parseAssetId, sha256Hex, type WalletId } from '@countersign/core';
import type { CreateTransaction } from '@countersign/sdk';
import { parsed } from './parsed.ts';

/** What the agent asks, in core's types. */
export function readPayment({ asset, amount, recipient, memo }: CreateTransaction): Payment {
  return {
    asset: parsed(parseAssetId(asset)),
    amount: parsed(parseAmount(amount)),
    recipient: parsed(parseAddress(recipient, 'recipient')),
    memo: memo ?? null,
  };
}

/** SHA-256 of what was asked, in one spelling: an Idempotency-Key stands for exactly this. */
export function fingerprintOf(walletId: WalletId, { asset, amount, recipient, memo }: Payment): string {
  return sha256Hex(JSON.stringify(['countersign-payment-v1', walletId, asset, amount.toString(), recipient, memo]));
}
