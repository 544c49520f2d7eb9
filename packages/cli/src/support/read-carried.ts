import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { World } from '../invocation.ts';
import { aborted, type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { fromParts, holdsParts, isComplete, MOST_CARRIED_BYTES } from './carried-parts.ts';

/**
 * A text that was carried from another machine: of a file, or pasted for `-` (at a terminal until it is whole, else all of standard input). Parts
 * are joined. It is believed by nobody.
 */
export async function readCarried(world: World, file: string): Promise<Result<string, Failure>> {
  const text = await readRaw(world, file);
  if (!text.ok) return text;
  if (text.value.length > MOST_CARRIED_BYTES) return misuse(`${nameOf(file)} is longer than anything that is carried`, 'check what it is');
  return holdsParts(text.value) ? fromParts(text.value) : text;
}

/** The text as it is, parts or not. */
export async function readRaw(world: World, file: string): Promise<Result<string, Failure>> {
  return file === '-' ? pasted(world) : ofFile(world.cwd, file);
}

/** The same as `readCarried`, as an object of one format. */
export async function readCarriedObject(
  world: World,
  file: string,
  format: string,
): Promise<Result<{ readonly [name: string]: unknown }, Failure>> {
  const text = await readCarried(world, file);
  return text.ok ? parseCarriedObject(text.value, file, format) : text;
}

export function parseCarriedObject(text: string, file: string, format: string): Result<{ readonly [name: string]: unknown }, Failure> {
  const value = parse(text);
  if (typeof value === 'object' && value !== null && 'format' in value && value.format === format)
    return good(value as { readonly [name: string]: unknown });
  return misuse(`${nameOf(file)} is not of the form ${format}`, 'see "countersign approve --help" for what is carried where');
}

export function nameOf(file: string): string {
  return file === '-' ? 'what was pasted' : file;
}

async function pasted(world: World): Promise<Result<string, Failure>> {
  const { terminal } = world;
  if (!terminal.interactive) return good(Buffer.from(await world.readInput()).toString('utf8'));
  const text = await terminal.askLines('Paste the text or its parts, in any order (two empty lines end it):\n', isWhole);
  return text.trim() === '' ? aborted('nothing was pasted', 'nothing was done') : good(text);
}

function isWhole(text: string): boolean {
  if (holdsParts(text) ? isComplete(text) : parse(text) !== null) return true;
  return text.trim() !== '' && text.endsWith('\n\n\n');
}

function ofFile(cwd: string, file: string): Result<string, Failure> {
  try {
    return good(readFileSync(resolve(cwd, file), 'utf8'));
  } catch (error) {
    return misuse(`${file} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`, 'check the path');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
