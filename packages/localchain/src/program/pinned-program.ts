import { createHash } from 'node:crypto';

/** SHA-256 of the Squads v4 ELF on mainnet (1,470,416 bytes). The program has no upgrade authority, so it holds for good. */
export const PINNED_SHA256 = 'dec8d3e0fae58c7c8f2416e5f67c25e673f047afd6dd2bba4a47e0b29a01d34c';

/** Lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `null` when the bytes are the deployed program, else one line that says they are not. */
export function wrongProgram(origin: string, bytes: Uint8Array): string | null {
  const sha256 = sha256Hex(bytes);
  if (sha256 === PINNED_SHA256) return null;
  return `${origin} is not the Squads v4 program of mainnet: its sha256 is ${sha256}, expected ${PINNED_SHA256}`;
}
