import { encodeBase58 } from '@countersign/core';
import { parseMessage } from '@countersign/solana/decode';

/** Anchor discriminator, vault index, ephemeral signers, and the u32 length of the message. */
const MESSAGE_AT = 8 + 1 + 1 + 4;
const KEY_BYTES = 32;

/** What the vault shall execute, raw: one line an instruction, every byte of it. */
export interface VaultInstructions {
  /** The whole data of the instruction that holds the vault's transaction, lower-case hex: equal for equal transactions alone. */
  readonly data: string;
  readonly lines: readonly string[];
}

/**
 * The vault's instructions as they stand in the instruction at `position`, for what decoding does not put into words: u8 counts of signers and
 * writable accounts (3), keys (u8 length), instructions (u8 length; each u8 program, accounts with u8 length, data with u16 length). `null` when
 * they cannot be read.
 */
export function readVaultInstructions(bytes: Uint8Array, position: number): VaultInstructions | null {
  const parsed = parseMessage(bytes);
  const data = parsed.ok ? parsed.value.instructions[position]?.data : undefined;
  if (data === undefined) return null;
  const message = Buffer.from(data.subarray(MESSAGE_AT));
  try {
    const writableOthers = message.readUInt8(2);
    let at = 3;
    const u8 = (): number => message.readUInt8(at++);
    const take = (length: number): Buffer => {
      if (at + length > message.length) throw new RangeError('ends too early');
      at += length;
      return message.subarray(at - length, at);
    };
    const keys = Array.from({ length: u8() }, () => encodeBase58(take(KEY_BYTES)));
    const name = (index: number): string => `${keys[index] ?? '?'}${index <= writableOthers ? ', writable' : ''}`;
    const lines = Array.from({ length: u8() }, () => {
      const program = keys[u8()] ?? '?';
      const accounts = [...take(u8())].map((index) => `[${name(index)}]`);
      const length = take(2).readUInt16LE();
      return `program ${program}, data ${take(length).toString('hex') || 'none'}, accounts ${accounts.join(' ') || 'none'}`;
    });
    return { data: Buffer.from(data).toString('hex'), lines };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
