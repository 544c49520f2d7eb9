import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { sha256Hex } from '@countersign/core';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** Longest text that is carried, in bytes. */
export const MOST_CARRIED_BYTES = 1_048_576;
/** What of a part stands in one QR code: with its heading it fits version 13, 77 columns of a terminal. */
const PART_CHARACTERS = 380;
const MOST_PARTS = 999;
const PART = /countersign-part ([0-9]{1,3})\/([0-9]{1,3}) ([0-9a-f]{8}) ([A-Za-z0-9_-]+)/g;

/** A document as numbered lines, each short enough for one QR code: `countersign-part 2/7 <first digits of its SHA-256> <compressed, base64url>`. */
export function toParts(text: string): readonly string[] {
  const packed = deflateRawSync(Buffer.from(text), { level: 9 }).toString('base64url');
  const count = Math.max(1, Math.ceil(packed.length / PART_CHARACTERS));
  if (count > MOST_PARTS) throw new Error('a document is too long to be carried in parts');
  const mark = markOf(text);
  return Array.from(
    { length: count },
    (_, index) => `countersign-part ${index + 1}/${count} ${mark} ${packed.slice(index * PART_CHARACTERS, (index + 1) * PART_CHARACTERS)}`,
  );
}

export function holdsParts(text: string): boolean {
  return text.includes('countersign-part ');
}

/** Whether every part of the document is there. */
export function isComplete(text: string): boolean {
  const [first, ...others] = read(text);
  return first !== undefined && new Set([first, ...others].map(({ number }) => number)).size >= first.count;
}

/** Joins parts that came in any order, once or several times. What comes out is believed no more than any other text. */
export function fromParts(text: string): Result<string, Failure> {
  const parts = read(text);
  const refuse = (problem: string): Result<never, Failure> => misuse(problem, 'carry every part of one document over, in any order');
  const [first] = parts;
  if (first === undefined) return refuse('there is no readable part in this text');
  if (parts.some(({ count, mark }) => count !== first.count || mark !== first.mark))
    return refuse('these are parts of different documents');
  const byNumber = new Map<number, string>();
  for (const { number, content } of parts) {
    if (number < 1 || number > first.count || (byNumber.get(number) ?? content) !== content) return refuse(`part ${number} is damaged`);
    byNumber.set(number, content);
  }
  const numbers = Array.from({ length: first.count }, (_, index) => index + 1);
  const missing = numbers.filter((number) => !byNumber.has(number));
  if (missing.length > 0) return refuse(`of ${first.count} parts these are missing: ${missing.join(', ')}`);
  try {
    const packed = Buffer.from(numbers.map((number) => byNumber.get(number)).join(''), 'base64url');
    const joined = inflateRawSync(packed, { maxOutputLength: MOST_CARRIED_BYTES }).toString('utf8');
    return markOf(joined) === first.mark ? good(joined) : refuse('the parts do not make up the document that they name');
  } catch {
    return refuse('the parts do not make up a document');
  }
}

function markOf(text: string): string {
  return sha256Hex(text).slice(0, 8);
}

interface Part {
  readonly number: number;
  readonly count: number;
  readonly mark: string;
  readonly content: string;
}
function read(text: string): readonly Part[] {
  return [...text.matchAll(PART)].map(([, number = '', count = '', mark = '', content = '']) => ({
    number: Number(number),
    count: Number(count),
    mark,
    content,
  }));
}
