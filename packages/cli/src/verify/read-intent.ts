import { type Address, type Effect, encodeBase58, type WalletAddresses } from '@countersign/core';
import { decodeCall, NO_FACTS } from '@countersign/solana/decode';

const KEY_BYTES = 32;

/**
 * What the vault does by an intent, in Squads' compact form: u8 counts (signers, writable signers, writable others), keys (u8 length), instructions
 * (u8 length; each u8 program, accounts with u8 length, data with u16 length), lookup tables (u8 length, none). The same keys and instructions are
 * put as a legacy message (compact-u16 lengths, three counts of the header), which the independent decoder reads to the last byte. `null` when
 * they cannot be read.
 */
export function readIntent(intent: Uint8Array, addresses: WalletAddresses, recipients: readonly Address[]): readonly Effect[] | null {
  const legacy = asLegacyMessage(Buffer.from(intent));
  if (legacy === null) return null;
  return decodeCall(legacy, { addresses, candidateRecipients: recipients, assets: [] }, NO_FACTS).effects;
}

function asLegacyMessage(compact: Buffer): Uint8Array | null {
  try {
    let at = 0;
    const u8 = (): number => compact.readUInt8(at++);
    const take = (length: number): Buffer => {
      if (at + length > compact.length) throw new RangeError('ends too early');
      at += length;
      return compact.subarray(at - length, at);
    };
    const [signers, writableSigners, writableOthers] = [u8(), u8(), u8()];
    const keys = Array.from({ length: u8() }, () => take(KEY_BYTES));
    const instructions = Array.from({ length: u8() }, () => {
      const program = u8();
      const accounts = take(u8());
      return { program, accounts, data: take(take(2).readUInt16LE()) };
    });
    if (u8() !== 0 || at !== compact.length) return null;
    const header = [signers, signers - writableSigners, keys.length - signers - writableOthers];
    if (header.some((count) => count < 0) || new Set(keys.map((key) => encodeBase58(key))).size !== keys.length) return null;
    return Uint8Array.from(
      Buffer.concat([
        Uint8Array.from([...header, ...compactU16(keys.length)]),
        ...keys,
        Buffer.alloc(KEY_BYTES),
        Uint8Array.from(compactU16(instructions.length)),
        ...instructions.flatMap(({ program, accounts, data }) => [
          Uint8Array.from([program, ...compactU16(accounts.length)]),
          accounts,
          Uint8Array.from(compactU16(data.length)),
          data,
        ]),
      ]),
    );
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Solana's compact-u16: 7 bits a byte, the lowest first, in as few bytes as it takes. */
function compactU16(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...compactU16(value >> 7)];
}
