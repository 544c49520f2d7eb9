import { decodeBase58 } from '@countersign/core';
import { cat, compactU16, hex, u8, u16, u32, u64 } from './encode.ts';

export interface AccountUse {
  readonly address: string;
  readonly signer: boolean;
  readonly writable: boolean;
}
export interface Instruction {
  readonly program: string;
  readonly accounts: readonly AccountUse[];
  readonly data: Uint8Array;
}
/** What a message takes from a lookup table: positions in it, and what the maker of the message believes to lie there. */
export interface Lookup {
  readonly table: string;
  readonly holds: readonly string[];
  readonly writable: readonly number[];
  readonly readonly: readonly number[];
}
/** The header configuration of version 1 (SIMD-0385): what ComputeBudget instructions say elsewhere. */
export interface HeaderConfig {
  readonly priorityFeeLamports?: bigint;
  readonly unitLimit?: number;
  readonly dataSizeLimit?: number;
  readonly heapBytes?: number;
}
/** Bytes that are wrong on purpose, after everything else is right. */
export interface Tampering {
  readonly header?: readonly [number, number, number];
  readonly versionByte?: number;
  /** Writes this length with one byte more than it needs. */
  readonly longLength?: 'keys' | 'instructions' | 'accounts' | 'data' | 'lookups';
  /** Of each instruction, where not the right one. */
  readonly programIndex?: number;
  readonly accountIndex?: number;
  readonly append?: string;
  readonly dropLast?: number;
  readonly doubledKey?: boolean;
  readonly prepend?: string;
  readonly countInstructions?: number;
}
export interface MessageParts {
  readonly version: 'legacy' | 0 | 1;
  readonly payer: string;
  readonly instructions: readonly Instruction[];
  readonly blockhash: Uint8Array;
  readonly lookups: readonly Lookup[];
  readonly config: HeaderConfig;
  readonly tampering: Tampering;
  /** Keys that no instruction uses. */
  readonly moreKeys: readonly AccountUse[];
}

const bytesOf = (address: string): Uint8Array => decodeBase58(address) ?? new Uint8Array();

interface Layout {
  readonly keys: readonly string[];
  readonly header: readonly [number, number, number];
  indexOf(address: string): number;
}

/** Signers that write, signers that read, others that write, others that read; then all looked-up that are written, then all that are read. */
function layOut(parts: MessageParts): Layout {
  const flags = new Map<string, { signer: boolean; writable: boolean }>([[parts.payer, { signer: true, writable: true }]]);
  const uses = parts.instructions.flatMap(({ program, accounts }) => [...accounts, { address: program, signer: false, writable: false }]);
  for (const { address, signer, writable } of [...uses, ...parts.moreKeys]) {
    const known = flags.get(address) ?? { signer: false, writable: false };
    flags.set(address, { signer: known.signer || signer, writable: known.writable || writable });
  }
  const take = (which: 'writable' | 'readonly'): string[] =>
    parts.lookups.flatMap((lookup) => lookup[which].map((position) => lookup.holds[position] ?? ''));
  const loaded = [...take('writable'), ...take('readonly')];
  const group = (signer: boolean, writable: boolean): string[] =>
    [...flags].filter(([key, each]) => each.signer === signer && each.writable === writable && !loaded.includes(key)).map(([key]) => key);
  const [paying, reading, written, read] = [group(true, true), group(true, false), group(false, true), group(false, false)];
  const keys = [...paying, ...reading, ...written, ...read];
  const all = [...keys, ...loaded];
  return { keys, header: [paying.length + reading.length, reading.length, read.length], indexOf: (address) => all.indexOf(address) };
}

export function compileMessage(parts: MessageParts): Uint8Array {
  const { tampering } = parts;
  const layout = layOut(parts);
  const made = parts.version === 1 ? compileV1(parts, layout) : compileOld(parts, layout);
  const bytes = Buffer.from(made);
  if (tampering.versionByte !== undefined) bytes.writeUInt8(tampering.versionByte, 0);
  const kept = bytes.subarray(0, bytes.length - (tampering.dropLast ?? 0));
  return Uint8Array.from(cat(hex(tampering.prepend ?? ''), kept, hex(tampering.append ?? '')));
}

function compileOld({ version, instructions, blockhash, lookups, tampering }: MessageParts, layout: Layout): Uint8Array {
  const length = (count: number, what: Tampering['longLength']): Buffer => compactU16(count, tampering.longLength === what);
  const keys = tampering.doubledKey === true ? [...layout.keys, layout.keys.at(-1) ?? ''] : layout.keys;
  const [signers, readSigners, readOthers] = tampering.header ?? layout.header;
  return cat(
    ...(version === 0 ? [u8(0x80)] : []),
    Buffer.from([signers, readSigners, tampering.doubledKey === true ? readOthers + 1 : readOthers]),
    length(keys.length, 'keys'),
    ...keys.map(bytesOf),
    blockhash,
    length(tampering.countInstructions ?? instructions.length, 'instructions'),
    ...instructions.flatMap(({ program, accounts, data }) => [
      u8(tampering.programIndex ?? layout.indexOf(program)),
      length(accounts.length, 'accounts'),
      Buffer.from(accounts.map(({ address }) => tampering.accountIndex ?? layout.indexOf(address))),
      length(data.length, 'data'),
      data,
    ]),
    ...(version === 0
      ? [
          length(lookups.length, 'lookups'),
          ...lookups.flatMap((lookup) => [
            bytesOf(lookup.table),
            compactU16(lookup.writable.length),
            Buffer.from(lookup.writable),
            compactU16(lookup.readonly.length),
            Buffer.from(lookup.readonly),
          ]),
        ]
      : []),
  );
}

/** SIMD-0385: version byte 129, header, u32 config mask, lifetime, counts, keys, config values, instruction headers, then their bodies. */
function compileV1({ instructions, blockhash, config, tampering }: MessageParts, layout: Layout): Uint8Array {
  const { priorityFeeLamports, unitLimit, dataSizeLimit, heapBytes } = config;
  const mask =
    (priorityFeeLamports === undefined ? 0 : 3) |
    (unitLimit === undefined ? 0 : 4) |
    (dataSizeLimit === undefined ? 0 : 8) |
    (heapBytes === undefined ? 0 : 16);
  return cat(
    u8(0x81),
    Buffer.from(tampering.header ?? layout.header),
    u32(mask),
    blockhash,
    u8(tampering.countInstructions ?? instructions.length),
    u8(layout.keys.length),
    ...layout.keys.map(bytesOf),
    ...(priorityFeeLamports === undefined ? [] : [u64(priorityFeeLamports)]),
    ...[unitLimit, dataSizeLimit, heapBytes].flatMap((value) => (value === undefined ? [] : [u32(value)])),
    ...instructions.map(({ program, accounts, data }) =>
      cat(u8(tampering.programIndex ?? layout.indexOf(program)), u8(accounts.length), u16(data.length)),
    ),
    ...instructions.flatMap(({ accounts, data }) => [
      Buffer.from(accounts.map(({ address }) => tampering.accountIndex ?? layout.indexOf(address))),
      data,
    ]),
  );
}
