import { sha256 } from '@countersign/core';
import { KeyFileError } from '../keystore/key-file-problem.ts';

/**
 * Bytes as numbered lines that a person can type in again: 20 bytes a line in Crockford's base32 (no I, L, O, U), in groups of four, and a check of
 * four characters that covers the number of the line too. docs/spec/sealed-owner-key.md.
 */
export const LINE_BYTES = 20;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHARACTERS = (LINE_BYTES * 8) / 5;
const CHECK_CHARACTERS = 4;
const CHECK_LABEL = 'countersign-owner-backup-line-v1';
/** Characters that people write for others. */
const MEANT: { readonly [written: string]: string } = { O: '0', I: '1', L: '1' };

/** `bytes` must be whole lines. */
export function formatBackupLines(bytes: Uint8Array): readonly string[] {
  return Array.from({ length: bytes.length / LINE_BYTES }, (_, index) => {
    const part = bytes.subarray(index * LINE_BYTES, (index + 1) * LINE_BYTES);
    const groups = encodeBase32(part).match(/.{4}/g) ?? [];
    return `${String(index + 1).padStart(2, '0')}  ${groups.join(' ')}  ${checkOf(index + 1, part)}`;
  });
}

/** Reads `count` lines, in any order, letter case and spacing. `malformed` names the first line that is wrong or missing. */
export function parseBackupLines(text: string, count: number, file: string): Uint8Array {
  const parts = new Map<number, Buffer>();
  const refuse = (problem: string): KeyFileError => new KeyFileError('malformed', file, problem);
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, digits, rest] = /^\s*([0-9]{1,2})[\s.:]+(\S.*)$/.exec(line) ?? [];
    if (digits === undefined || rest === undefined) continue;
    const number = Number(digits);
    if (number < 1 || number > count) throw refuse(`there is no line ${digits}: a backup has ${count} lines`);
    const part = parseLine(number, rest, refuse);
    if (parts.get(number)?.equals(part) === false) throw refuse(`line ${digits} is there twice, in two versions`);
    parts.set(number, part);
  }
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const missing = numbers.find((number) => !parts.has(number));
  if (missing !== undefined) throw refuse(`line ${String(missing).padStart(2, '0')} is missing`);
  return Uint8Array.from(Buffer.concat(numbers.map((number) => parts.get(number) ?? Buffer.alloc(0))));
}

function parseLine(number: number, rest: string, refuse: (problem: string) => KeyFileError): Buffer {
  const name = `line ${String(number).padStart(2, '0')}`;
  const characters = [...rest.toUpperCase().replace(/[\s-]/g, '')].map((each) => MEANT[each] ?? each);
  const wrong = characters.find((each) => !ALPHABET.includes(each));
  if (wrong !== undefined) throw refuse(`${name} has the character ${JSON.stringify(wrong)}, which is never used`);
  const wanted = CHARACTERS + CHECK_CHARACTERS;
  if (characters.length !== wanted) throw refuse(`${name} has ${characters.length} characters where there must be ${wanted}`);
  const part = decodeBase32(characters.slice(0, CHARACTERS));
  if (checkOf(number, part) !== characters.slice(CHARACTERS).join(''))
    throw refuse(`${name} has a mistake in it: compare it with the paper, character by character`);
  return part;
}

/** The first 20 bits of SHA-256 over label, number of the line (one byte) and its bytes. */
function checkOf(number: number, part: Uint8Array): string {
  const hash = sha256(Buffer.concat([Buffer.from(CHECK_LABEL), Buffer.of(number), part]));
  return encodeBase32(hash.subarray(0, 5)).slice(0, CHECK_CHARACTERS);
}

/** Of a length that is a multiple of 5. */
function encodeBase32(bytes: Uint8Array): string {
  const bits = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const length = (bytes.length * 8) / 5;
  return Array.from({ length }, (_, index) => ALPHABET.charAt(Number((bits >> BigInt((length - 1 - index) * 5)) & 31n))).join('');
}

function decodeBase32(characters: readonly string[]): Buffer {
  const bits = characters.reduce((sum, each) => sum * 32n + BigInt(ALPHABET.indexOf(each)), 0n);
  return Buffer.from(bits.toString(16).padStart((characters.length * 5) / 4, '0'), 'hex');
}
