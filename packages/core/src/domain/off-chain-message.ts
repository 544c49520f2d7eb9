/** Solana's off-chain message wrapper, version 0: 0xff "solana offchain", version, format, u16 little-endian length, text. */
const SIGNING_DOMAIN = Uint8Array.from([0xff, ...new TextEncoder().encode('solana offchain')]);

/** Wraps UTF-8 text as wallets do that refuse to sign bare text (format 1: limited UTF-8; 0: restricted ASCII). */
export function wrapOffChainMessage(text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  const format = /^[\x20-\x7e]*$/.test(text) ? 0 : 1;
  return Uint8Array.from([...SIGNING_DOMAIN, 0, format, body.length & 0xff, body.length >> 8, ...body]);
}

/** The two byte strings that count as a signature over `text`: the bare text, and the wrapped one. */
export function acceptedEncodings(text: string): readonly Uint8Array[] {
  return [new TextEncoder().encode(text), wrapOffChainMessage(text)];
}
