import { type Address, isAddress, parseId, type WalletId } from '@countersign/core';
import { Refused } from '../refusal.ts';

/** Reads a CBOR map field by field; `end` refuses whatever was not read. Every failure is `malformed` and names the field. */
export interface Fields {
  has(name: string): boolean;
  text(name: string, maxLength: number): string;
  bytes(name: string, length: number): Uint8Array;
  bytesUpTo(name: string, maxLength: number): Uint8Array;
  /** A safe integer from 0. */
  whole(name: string): number;
  /** From 0 to 2^64 − 1. */
  amount(name: string): bigint;
  address(name: string): Address;
  walletId(name: string): WalletId;
  list(name: string, maxLength: number): readonly unknown[];
  /** A map within this one. */
  map(name: string): Fields;
  yes(name: string): boolean;
  end(): void;
}

export function createFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    throw new Refused('malformed', 'is not a map');
  const map = new Map(Object.entries(value));
  const take = <T>(name: string, what: string, read: (value: unknown) => T | null): T => {
    const result = map.has(name) ? read(map.get(name)) : null;
    map.delete(name);
    if (result === null) throw new Refused('malformed', `${name} is not ${what}`);
    return result;
  };
  const bytesWhere = (name: string, what: string, fits: (length: number) => boolean): Uint8Array =>
    take(name, what, (item) => (item instanceof Uint8Array && fits(item.length) ? item : null));
  return {
    has: (name) => map.has(name),
    text: (name, maxLength) =>
      take(name, `a text of at most ${maxLength}`, (item) => (typeof item === 'string' && item.length <= maxLength ? item : null)),
    bytes: (name, length) => bytesWhere(name, `${length} bytes`, (actual) => actual === length),
    bytesUpTo: (name, maxLength) => bytesWhere(name, `at most ${maxLength} bytes`, (actual) => actual <= maxLength),
    whole: (name) =>
      take(name, 'a whole number', (item) => (typeof item === 'number' && Number.isSafeInteger(item) && item >= 0 ? item : null)),
    amount: (name) =>
      take(name, 'an amount', (item) => {
        const wide = typeof item === 'number' && Number.isSafeInteger(item) ? BigInt(item) : item;
        return typeof wide === 'bigint' && wide >= 0n && wide < 2n ** 64n ? wide : null;
      }),
    address: (name) => take(name, 'base58 of 32 bytes', (item) => (typeof item === 'string' && isAddress(item) ? item : null)),
    walletId: (name) =>
      take(name, 'an id of a wallet', (item) => {
        const id = parseId('wallet', item, name);
        return id.ok ? id.value : null;
      }),
    list: (name, maxLength) =>
      take(name, `a list of at most ${maxLength}`, (item) =>
        Array.isArray(item) && item.length <= maxLength ? (item as unknown[]) : null,
      ),
    map: (name) => take(name, 'a map', createFields),
    yes: (name) => take(name, 'yes or no', (item) => (typeof item === 'boolean' ? item : null)),
    end: () => {
      const [extra] = map.keys();
      if (extra !== undefined) throw new Refused('malformed', 'has a field that is not known');
    },
  };
}
