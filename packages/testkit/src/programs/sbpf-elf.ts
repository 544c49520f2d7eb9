import type { Assembled } from './sbpf-assembler.ts';

/**
 * An ELF shared object as Solana's loader takes it for sBPF version 0: one .text, and dynamic relocations that name the syscalls
 * (R_BPF_64_32). Addresses equal offsets in the file. Layout: ELF-64 specification; what the loader asks: solana-sbpf, elf.rs.
 */
const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const SYMBOL = 24;
const RELOCATION = 16;
const R_BPF_64_32 = 10;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly link: number;
  readonly entrySize: number;
  readonly bytes: Buffer;
}

export function writeElf({ text, calls }: Assembled): Uint8Array {
  const names = [...new Set(calls.map(({ syscall }) => syscall))];
  const dynstr = strings(names);
  const textAt = HEADER + 3 * PROGRAM_HEADER;
  const dynsymAt = textAt + text.length;
  const dynsym = Buffer.concat([Buffer.alloc(SYMBOL), ...names.map((name) => symbol(dynstr.at(name)))]);
  const dynstrAt = dynsymAt + dynsym.length;
  const relAt = dynstrAt + dynstr.bytes.length;
  const rel = Buffer.concat(calls.map(({ at, syscall }) => relocation(textAt + at, names.indexOf(syscall) + 1)));
  const dynamicAt = relAt + rel.length;
  const dynamic = dynamicTable([
    [5, dynstrAt],
    [6, dynsymAt],
    [10, dynstr.bytes.length],
    [11, SYMBOL],
    [17, relAt],
    [18, rel.length],
    [19, RELOCATION],
    [0, 0],
  ]);
  const ALLOCATED = 2;
  const EXECUTABLE = 4;
  const shown: readonly Section[] = [
    { name: '.text', type: 1, flags: ALLOCATED | EXECUTABLE, link: 0, entrySize: 0, bytes: Buffer.from(text) },
    { name: '.dynsym', type: 11, flags: ALLOCATED, link: 3, entrySize: SYMBOL, bytes: dynsym },
    { name: '.dynstr', type: 3, flags: ALLOCATED, link: 0, entrySize: 0, bytes: dynstr.bytes },
    { name: '.rel.dyn', type: 9, flags: ALLOCATED, link: 2, entrySize: RELOCATION, bytes: rel },
    { name: '.dynamic', type: 6, flags: ALLOCATED, link: 3, entrySize: 16, bytes: dynamic },
  ];
  const shstr = strings([...shown.map(({ name }) => name), '.shstrtab']);
  const sections: readonly Section[] = [...shown, { name: '.shstrtab', type: 3, flags: 0, link: 0, entrySize: 0, bytes: shstr.bytes }];
  let at = textAt;
  const headers: Buffer[] = [Buffer.alloc(SECTION_HEADER)];
  for (const section of sections) {
    headers.push(sectionHeader(section, shstr.at(section.name), at));
    at += section.bytes.length;
  }
  const padding = Buffer.alloc((8 - (at % 8)) % 8);
  const programHeaders = [
    programHeader(1, 5, textAt, text.length),
    programHeader(1, 4, dynsymAt, dynamicAt + dynamic.length - dynsymAt),
    programHeader(2, 4, dynamicAt, dynamic.length),
  ];
  const header = fileHeader(textAt, at + padding.length, headers.length);
  return Uint8Array.from(Buffer.concat([header, ...programHeaders, ...sections.map(({ bytes }) => bytes), padding, ...headers]));
}

/** A string table, padded to 8 bytes. */
function strings(names: readonly string[]): { readonly bytes: Buffer; at(name: string): number } {
  const text = `\0${names.map((name) => `${name}\0`).join('')}`;
  const bytes = Buffer.alloc(Math.ceil(text.length / 8) * 8);
  bytes.write(text, 'ascii');
  return { bytes, at: (name) => text.indexOf(`\0${name}\0`) + 1 };
}

/** An undefined global function. */
function symbol(name: number): Buffer {
  const bytes = Buffer.alloc(SYMBOL);
  bytes.writeUInt32LE(name, 0);
  bytes.writeUInt8(0x12, 4);
  return bytes;
}

function relocation(offset: number, symbolIndex: number): Buffer {
  const bytes = Buffer.alloc(RELOCATION);
  bytes.writeBigUInt64LE(BigInt(offset), 0);
  bytes.writeBigUInt64LE((BigInt(symbolIndex) << 32n) | BigInt(R_BPF_64_32), 8);
  return bytes;
}

function dynamicTable(entries: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(entries.length * 16);
  entries.forEach(([tag, value], index) => {
    bytes.writeBigUInt64LE(BigInt(tag), index * 16);
    bytes.writeBigUInt64LE(BigInt(value), index * 16 + 8);
  });
  return bytes;
}

function sectionHeader(section: Section, name: number, at: number): Buffer {
  const bytes = Buffer.alloc(SECTION_HEADER);
  bytes.writeUInt32LE(name, 0);
  bytes.writeUInt32LE(section.type, 4);
  bytes.writeBigUInt64LE(BigInt(section.flags), 8);
  bytes.writeBigUInt64LE(section.flags === 0 ? 0n : BigInt(at), 16);
  bytes.writeBigUInt64LE(BigInt(at), 24);
  bytes.writeBigUInt64LE(BigInt(section.bytes.length), 32);
  bytes.writeUInt32LE(section.link, 40);
  bytes.writeBigUInt64LE(1n, 48);
  bytes.writeBigUInt64LE(BigInt(section.entrySize), 56);
  return bytes;
}

function programHeader(type: number, flags: number, at: number, size: number): Buffer {
  const bytes = Buffer.alloc(PROGRAM_HEADER);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(flags, 4);
  for (const [field, value] of [at, at, at, size, size, 8].entries()) bytes.writeBigUInt64LE(BigInt(value), 8 + field * 8);
  return bytes;
}

function fileHeader(entry: number, sectionsAt: number, sections: number): Buffer {
  const bytes = Buffer.alloc(HEADER);
  // Magic, 64 bits, little-endian, version 1, no particular system.
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  // A shared object for the machine BPF (247).
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(247, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(entry), 24);
  bytes.writeBigUInt64LE(BigInt(HEADER), 32);
  bytes.writeBigUInt64LE(BigInt(sectionsAt), 40);
  const counts = [HEADER, PROGRAM_HEADER, 3, SECTION_HEADER, sections, sections - 1];
  counts.forEach((value, index) => {
    bytes.writeUInt16LE(value, 52 + index * 2);
  });
  return bytes;
}
