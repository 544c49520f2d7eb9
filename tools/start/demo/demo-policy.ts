import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { encodeBase58 } from '@countersign/core';

const DAY_SECONDS = 86_400;
/** The PKCS #8 header of an Ed25519 key (RFC 8410), before its seed of 32 bytes. */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');

export const DEMO_MERCHANT: { readonly address: string; readonly label: string } = {
  address: addressFromText('countersign demo: merchant'),
  label: 'Demo merchant',
};
const DEMO_SUPPLIER = { address: addressFromText('countersign demo: supplier'), label: 'Demo supplier' };

/** What the demo's agent may do: small payments in SOL and the test token alone, larger ones with the owner, to two recipients. */
export function demoPolicy(mint: string): string {
  const policy = {
    version: 1,
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous: '500000000', ceiling: '5000000000' },
        windows: [{ seconds: DAY_SECONDS, autonomous: '2000000000', ceiling: '8000000000' }],
      },
      {
        asset: mint,
        perTransaction: { autonomous: '25000000', ceiling: '500000000' },
        windows: [{ seconds: DAY_SECONDS, autonomous: '100000000', ceiling: '600000000' }],
      },
    ],
    recipients: [DEMO_MERCHANT, DEMO_SUPPLIER],
    otherRecipients: 'denied',
    fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '4100000' },
    signaturesPerMinute: 600,
  };
  return `${JSON.stringify(policy, null, 2)}\n`;
}

/** An address with a key that anyone can derive from the text: play money only. */
function addressFromText(text: string): string {
  const seed = createHash('sha256').update(text).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: 'der', type: 'pkcs8' });
  return encodeBase58(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
}
