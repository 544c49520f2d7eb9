import { type AskedAction, parseAddress, parseAmount, parseAssetId, sha256Hex, type WalletId } from '@countersign/core';
import type { CreateTransaction } from '@countersign/sdk';
import { parsed } from './parsed.ts';

/** What the agent asks, in core's types. */
export function readAction(body: CreateTransaction): AskedAction {
  if ('message' in body) return { kind: 'call', message: Uint8Array.from(Buffer.from(body.message, 'base64')) };
  const { asset, amount, recipient, memo } = body;
  return {
    kind: 'payment',
    payment: {
      asset: parsed(parseAssetId(asset)),
      amount: parsed(parseAmount(amount)),
      recipient: parsed(parseAddress(recipient, 'recipient')),
      memo: memo ?? null,
    },
  };
}

/** SHA-256 of all that was asked, in one spelling: an Idempotency-Key stands for exactly this. */
export function fingerprintOf(walletId: WalletId, action: AskedAction): string {
  if (action.kind === 'call')
    return sha256Hex(JSON.stringify(['countersign-call-v1', walletId, Buffer.from(action.message).toString('base64')]));
  const { asset, amount, recipient, memo } = action.payment;
  return sha256Hex(JSON.stringify(['countersign-payment-v1', walletId, asset, amount.toString(), recipient, memo]));
}
