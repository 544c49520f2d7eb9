import { type Address, decodeBase58, encodeBase58 } from '@countersign/core';
import type { Step } from './thief-bytes.ts';

/** What a message takes from a lookup table: positions in it, and what the thief says lies there. */
export interface TakenFrom {
  readonly table: Address;
  readonly holds: readonly Address[];
  readonly writable: readonly number[];
  readonly readonly: readonly number[];
}
export interface Shape {
  readonly version?: 'legacy' | 0 | 1;
  /** Base58; all zero where it is left out. */
  readonly blockhash?: string;
  readonly lookups?: readonly TakenFrom[];
  /** Keys that no instruction names. */
  readonly signers?: readonly Address[];
  readonly unused?: readonly Address[];
  /** Version 1: lamports of the header. */
  readonly priorityFeeLamports?: bigint;
}

export const NO_BLOCKHASH: string = encodeBase58(new Uint8Array(32));
const bytesOf = (text: string): Uint8Array => decodeBase58(text) ?? new Uint8Array();
const short = (count: number): Uint8Array => (count < 0x80 ? Uint8Array.of(count) : Uint8Array.of((count & 0x7f) | 0x80, count >> 7));
const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);

interface Keys {
  readonly header: Uint8Array;
  readonly own: readonly Address[];
  indexOf(key: Address | null): number;
}

function order(payer: Address, steps: readonly Step[], { lookups = [], signers = [], unused = [] }: Shape): Keys {
  const flags = new Map<Address, { signer: boolean; writable: boolean }>([[payer, { signer: true, writable: true }]]);
  const add = (key: Address, signer: boolean, writable: boolean): void => {
    const known = flags.get(key) ?? { signer: false, writable: false };
    flags.set(key, { signer: known.signer || signer, writable: known.writable || writable });
  };
  for (const { program, accounts } of steps) {
    for (const { address, signer, writable } of accounts) if (address !== null) add(address, signer, writable);
    add(program, false, false);
  }
  for (const key of signers) add(key, true, false);
  for (const key of unused) add(key, false, false);
  const taken = (which: 'writable' | 'readonly'): Address[] =>
    lookups.flatMap(({ holds, ...lookup }) => lookup[which].flatMap((at) => holds[at] ?? []));
  const loaded = [...taken('writable'), ...taken('readonly')];
  const group = (signer: boolean, writable: boolean): Address[] =>
    [...flags].flatMap(([key, each]) => (each.signer === signer && each.writable === writable && !loaded.includes(key) ? [key] : []));
  const [paying, reading, written, read] = [group(true, true), group(true, false), group(false, true), group(false, false)];
  const own = [...paying, ...reading, ...written, ...read];
  const all = [...own, ...loaded];
  const header = Uint8Array.of(paying.length + reading.length, reading.length, read.length);
  return { header, own, indexOf: (key) => all.indexOf(key ?? payer) };
}

/** A message of any version that is made of nothing but instructions, by the thief's own compiler. */
export function compileAs(payer: Address, steps: readonly Step[], shape: Shape = {}): Uint8Array {
  const { version = 0, blockhash = NO_BLOCKHASH, lookups = [], priorityFeeLamports } = shape;
  const keys = order(payer, steps, shape);
  const indices = ({ accounts }: Step): Uint8Array => Uint8Array.from(accounts, ({ address }) => keys.indexOf(address));
  if (version === 1) {
    const fee = Buffer.alloc(priorityFeeLamports === undefined ? 0 : 8);
    if (priorityFeeLamports !== undefined) fee.writeBigUInt64LE(priorityFeeLamports);
    return joined(
      Uint8Array.of(0x81),
      keys.header,
      Uint8Array.of(priorityFeeLamports === undefined ? 0 : 3, 0, 0, 0),
      bytesOf(blockhash),
      Uint8Array.of(steps.length, keys.own.length),
      ...keys.own.map(bytesOf),
      fee,
      ...steps.flatMap((step) => [Uint8Array.of(keys.indexOf(step.program), step.accounts.length), u16(step.data.length)]),
      ...steps.flatMap((step) => [indices(step), step.data]),
    );
  }
  return joined(
    version === 0 ? Uint8Array.of(0x80) : new Uint8Array(),
    keys.header,
    short(keys.own.length),
    ...keys.own.map(bytesOf),
    bytesOf(blockhash),
    short(steps.length),
    ...steps.flatMap((step) => [
      Uint8Array.of(keys.indexOf(step.program)),
      short(step.accounts.length),
      indices(step),
      short(step.data.length),
      step.data,
    ]),
    ...(version === 0 ? [short(lookups.length), ...lookups.flatMap(lookupBytes)] : []),
  );
}

function lookupBytes({ table, writable, readonly }: TakenFrom): readonly Uint8Array[] {
  return [bytesOf(table), short(writable.length), Uint8Array.from(writable), short(readonly.length), Uint8Array.from(readonly)];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
