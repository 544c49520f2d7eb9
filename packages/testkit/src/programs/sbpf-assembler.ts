/**
 * A small assembler for sBPF version 0 (the instruction set of programs that Solana runs): eight bytes an instruction, opcode, registers
 * (destination in the low half), i16 offset, i32 immediate, little-endian. Jumps go to labels; calls go to syscalls by name.
 */

export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

interface Instruction {
  readonly opcode: number;
  readonly destination: Register;
  readonly source: Register;
  /** A label is counted from the next instruction. */
  readonly offset: number | string;
  readonly immediate: number;
  readonly syscall: string | null;
}
export type Line = Instruction | { readonly label: string };

export interface Assembled {
  readonly text: Uint8Array;
  /** Where the immediate of a call has to become a syscall: byte offset of the instruction in `text`. */
  readonly calls: readonly { readonly at: number; readonly syscall: string }[];
}

const line = (
  opcode: number,
  destination: Register,
  source: Register,
  offset: number | string,
  immediate: number,
  syscall: string | null = null,
): Line => ({ opcode, destination, source, offset, immediate, syscall });

export const label = (name: string): Line => ({ label: name });
/** Loads and stores: bytes of the access to its opcode bits. */
const SIZES = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 } as const;
type Size = keyof typeof SIZES;

/** destination = *(base + offset) */
export const load = (size: Size, destination: Register, base: Register, offset: number): Line =>
  line(0x61 | SIZES[size], destination, base, offset, 0);
/** *(base + offset) = source */
export const store = (size: Size, base: Register, offset: number, source: Register): Line =>
  line(0x63 | SIZES[size], base, source, offset, 0);
export const setTo = (destination: Register, immediate: number): Line => line(0xb7, destination, 0, 0, immediate);
export const copy = (destination: Register, source: Register): Line => line(0xbf, destination, source, 0, 0);
export const addValue = (destination: Register, immediate: number): Line => line(0x07, destination, 0, 0, immediate);
export const add = (destination: Register, source: Register): Line => line(0x0f, destination, source, 0, 0);
export const subtract = (destination: Register, source: Register): Line => line(0x1f, destination, source, 0, 0);
export const andValue = (destination: Register, immediate: number): Line => line(0x57, destination, 0, 0, immediate);
export const shiftLeft = (destination: Register, bits: number): Line => line(0x67, destination, 0, 0, bits);
export const jump = (to: string): Line => line(0x05, 0, 0, to, 0);
export const jumpIfValue = (left: Register, is: '==' | '!=' | '>' | '<', immediate: number, to: string): Line =>
  line({ '==': 0x15, '!=': 0x55, '>': 0x25, '<': 0xa5 }[is], left, 0, to, immediate);
export const jumpIf = (left: Register, is: '==' | '!=' | '>' | '<', right: Register, to: string): Line =>
  line({ '==': 0x1d, '!=': 0x5d, '>': 0x2d, '<': 0xad }[is], left, right, to, 0);
/** Arguments in registers 1 to 5, the answer in 0; 1 to 5 are lost. */
export const callSyscall = (name: string): Line => line(0x85, 0, 0, 0, -1, name);
export const exit = (): Line => line(0x95, 0, 0, 0, 0);

/** Throws for a label that is not there, there twice, or too far away. */
export function assemble(lines: readonly Line[]): Assembled {
  const labels = new Map<string, number>();
  const instructions: Instruction[] = [];
  for (const each of lines) {
    if (!('label' in each)) {
      instructions.push(each);
      continue;
    }
    if (labels.has(each.label)) throw new Error(`the label ${each.label} stands twice`);
    labels.set(each.label, instructions.length);
  }
  const text = Buffer.alloc(instructions.length * 8);
  const calls: { at: number; syscall: string }[] = [];
  instructions.forEach((each, index) => {
    const target = typeof each.offset === 'number' ? each.offset : (labels.get(each.offset) ?? Number.NaN) - index - 1;
    if (Number.isNaN(target)) throw new Error(`there is no label ${each.offset}`);
    text.writeUInt8(each.opcode, index * 8);
    text.writeUInt8(each.destination | (each.source << 4), index * 8 + 1);
    text.writeInt16LE(target, index * 8 + 2);
    text.writeInt32LE(each.immediate, index * 8 + 4);
    if (each.syscall !== null) calls.push({ at: index * 8, syscall: each.syscall });
  });
  return { text: Uint8Array.from(text), calls };
}
