import { type Address, isAddress } from '@countersign/core';
import { unreadable } from './rpc-pool.ts';

/** Strict readers of RPC answers; what does not fit counts as a failure of the node. */
export function objectOf(value: unknown, what: string): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [name: string]: unknown })
    : unreadable(what);
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : unreadable(what);
}

export function textOf(value: unknown, what: string): string {
  return typeof value === 'string' ? value : unreadable(what);
}

export function addressOf(value: unknown, what: string): Address {
  return typeof value === 'string' && isAddress(value) ? value : unreadable(what);
}

/** A whole number that JSON carried exactly. */
export function countOf(value: unknown, what: string): bigint {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : unreadable(what);
}

/** A u64 as decimal digits. */
export function digitsOf(value: unknown, what: string): bigint {
  return typeof value === 'string' && /^[0-9]{1,20}$/.test(value) ? BigInt(value) : unreadable(what);
}

/** `{context: {slot}, value}`. */
export function contextOf(answer: unknown, what: string): { readonly slot: bigint; readonly value: unknown } {
  const { context, value } = objectOf(answer, what);
  return { slot: countOf(objectOf(context, what)['slot'], what), value };
}
