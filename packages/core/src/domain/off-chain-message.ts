/** Solana's off-chain message wrapper, version 0: 0xff "solana offchain", version, format, u16 little-endian length, text. */
const SIGNING_DOMAIN = Uint8Array.from([0xff, ...new TextEncoder().encode('solana offchain')]);
const HEADER_BYTES = SIGNING_DOMAIN.length + 4;
/** What fits into one packet: formats 0 (restricted ASCII) and 1 (UTF-8). */
const LIMITED_BYTES = 1_232 - HEADER_BYTES;
/** Format 2 (UTF-8, extended). */
const MOST_BYTES = 65_535 - HEADER_BYTES;

/**
 * Wraps UTF-8 text as wallets do that refuse to sign bare text: in format 0 or 1 where it fits into a packet, in format 2 where not. Throws for a
 * text that no format holds.
 */
export function wrapOffChainMessage(text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  if (body.length > MOST_BYTES) throw new RangeError(`longer than the ${MOST_BYTES} bytes that an off-chain message holds`);
  const format = body.length > LIMITED_BYTES ? 2 : /^[\x20-\x7e]*$/.test(text) ? 0 : 1;
  return Uint8Array.from([...SIGNING_DOMAIN, 0, format, body.length & 0xff, body.length >> 8, ...body]);
}

/** The byte strings that count as a signature over `text`: the bare text, and the wrapped one where there is one. */
export function acceptedEncodings(text: string): readonly Uint8Array[] {
  const bare = new TextEncoder().encode(text);
  return bare.length > MOST_BYTES ? [bare] : [bare, wrapOffChainMessage(text)];
}
