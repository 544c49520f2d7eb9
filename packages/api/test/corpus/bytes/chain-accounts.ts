import { decodeBase58 } from '@countersign/core';
import { cat, hex, u8, u16, u32, u64 } from './encode.ts';

const key = (address: string): Uint8Array => decodeBase58(address) ?? new Uint8Array(32);
const optionalKey = (address: string | null): Buffer => (address === null ? cat(u32(0), Buffer.alloc(32)) : cat(u32(1), key(address)));

/** An account as `chain_setAccount` takes it. */
export interface ChainAccount {
  readonly lamports: number;
  readonly owner: string;
  readonly data: Uint8Array;
  readonly executable?: boolean;
}

/** SPL Token: 82 bytes of mint. */
export function mintData({
  authority,
  decimals,
  supply,
}: {
  readonly authority: string;
  readonly decimals: number;
  readonly supply: bigint;
}): Buffer {
  return cat(optionalKey(authority), u64(supply), u8(decimals), u8(1), optionalKey(null));
}

export interface TokenAccountFields {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly delegate?: { readonly to: string; readonly amount: bigint };
  readonly closeAuthority?: string;
  /** Lamports that stay for rent, where the token is wrapped SOL. */
  readonly nativeReserve?: bigint;
  readonly frozen?: boolean;
}
/** SPL Token: 165 bytes of account. */
export function tokenAccountData({ mint, owner, amount, delegate, closeAuthority, nativeReserve, frozen }: TokenAccountFields): Buffer {
  return cat(
    key(mint),
    key(owner),
    u64(amount),
    optionalKey(delegate?.to ?? null),
    u8(frozen === true ? 2 : 1),
    nativeReserve === undefined ? cat(u32(0), u64(0n)) : cat(u32(1), u64(nativeReserve)),
    u64(delegate?.amount ?? 0n),
    optionalKey(closeAuthority ?? null),
  );
}

/** Extensions of a Token-2022 mint: number and bytes, by the name that the vectors call them. */
export const EXTENSIONS: { readonly [name: string]: (attacker: string) => readonly [number, Uint8Array] } = {
  transferFee: (attacker) => {
    // Epoch, most, basis points: both times 100 % without a bound.
    const fee = cat(u64(0n), u64((1n << 64n) - 1n), u16(10_000));
    return [1, cat(key(attacker), key(attacker), u64(0n), fee, fee)];
  },
  mintCloseAuthority: (attacker) => [3, key(attacker)],
  confidentialTransfer: (attacker) => [4, cat(key(attacker), u8(1), Buffer.alloc(32))],
  defaultAccountState: () => [6, u8(2)],
  nonTransferable: () => [9, new Uint8Array()],
  interestBearing: (attacker) => [10, cat(key(attacker), u64(1n), u16(500), u64(1n), u16(500))],
  permanentDelegate: (attacker) => [12, key(attacker)],
  transferHook: (attacker) => [14, cat(key(attacker), key(attacker))],
  confidentialTransferFee: (attacker) => [16, cat(key(attacker), Buffer.alloc(32), u8(1), Buffer.alloc(64))],
  metadataPointer: (attacker) => [18, cat(key(attacker), key(attacker))],
  groupPointer: (attacker) => [20, cat(key(attacker), key(attacker))],
  groupMemberPointer: (attacker) => [22, cat(key(attacker), key(attacker))],
  confidentialMintBurn: () => [24, Buffer.alloc(196)],
  // Multiplier as a double, when the next one comes into force, the next one.
  scaledUiAmount: (attacker) => [25, cat(key(attacker), hex('0000000000004940'), u64(0n), hex('0000000000004940'))],
  pausable: (attacker) => [26, cat(key(attacker), u8(0))],
  /** A number that nobody has given away. */
  unknownExtension: () => [9_999, Buffer.alloc(4)],
  /** Says that more bytes follow than do. */
  brokenLength: () => [1, Buffer.alloc(3)],
};

export function mint2022Data(
  mint: { readonly authority: string; readonly decimals: number; readonly supply: bigint },
  extensions: readonly string[],
  attacker: string,
): Buffer {
  const base = mintData(mint);
  if (extensions.length === 0) return base;
  const tlv = extensions.map((name) => {
    const made = EXTENSIONS[name]?.(attacker);
    if (made === undefined) throw new Error(`no extension is called ${name}`);
    const [number, bytes] = made;
    return cat(u16(number), u16(name === 'brokenLength' ? 60_000 : bytes.length), bytes);
  });
  return cat(base, Buffer.alloc(165 - base.length), u8(1), ...tlv);
}

/** An address lookup table: 56 bytes of head, then the addresses. */
export function lookupTableData(table: {
  readonly addresses: readonly string[];
  readonly authority: string | null;
  readonly deactivatedAt?: bigint;
  readonly extendedAt?: bigint;
}): Buffer {
  return cat(
    u32(1),
    u64(table.deactivatedAt ?? (1n << 64n) - 1n),
    u64(table.extendedAt ?? 0n),
    u8(0),
    table.authority === null ? cat(u8(0), Buffer.alloc(32)) : cat(u8(1), key(table.authority)),
    u16(0),
    ...table.addresses.map(key),
  );
}

/** A durable nonce: current version, initialized. */
export function nonceData(authority: string): Buffer {
  return cat(u32(1), u32(1), key(authority), Buffer.alloc(32, 7), u64(5_000n));
}
