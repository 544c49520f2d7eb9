import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';

const MAX_DEPTH = 32;
const UNSAFE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses JSON (RFC 8259) and refuses what two readers may understand differently: duplicate names in one object,
 * `__proto__` and its kin, more than 32 levels, numbers that a double cannot hold exactly.
 */
export function parseStrictJson(text: string): Result<unknown, DomainError> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(domainError('malformed_body', { problem: `is not JSON: ${error instanceof Error ? error.message : 'unreadable'}` }));
  }
  const problem = findAmbiguity(text);
  return problem === null ? ok(value) : fail(domainError('malformed_body', { problem }));
}

/** Walks the tokens of text that `JSON.parse` has accepted. */
function findAmbiguity(text: string): string | null {
  const scopes: (Set<string> | null)[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '{' || character === '[') {
      scopes.push(character === '{' ? new Set() : null);
      if (scopes.length > MAX_DEPTH) return `nests deeper than ${MAX_DEPTH} levels`;
    } else if (character === '}' || character === ']') {
      scopes.pop();
    } else if (character === '"') {
      const end = endOfString(text, index);
      const names = scopes.at(-1);
      if (names && isName(text, end + 1)) {
        const name = String(JSON.parse(text.slice(index, end + 1)));
        if (UNSAFE_NAMES.has(name)) return `has the forbidden name ${JSON.stringify(name)}`;
        if (names.has(name)) return `has the name ${JSON.stringify(name)} twice in one object`;
        names.add(name);
      }
      index = end;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const number = /^-?[0-9.eE+-]+/.exec(text.slice(index, index + 400))?.[0] ?? character;
      if (!/^(0|-?[1-9][0-9]{0,15})$/.test(number) || !Number.isSafeInteger(Number(number)))
        return `has the number ${number.slice(0, 40)}; only whole numbers below 2^53 are read exactly (amounts are strings)`;
      index += number.length - 1;
    }
  }
  return null;
}

/** Whether the string that ends before `start` is the name of a member: a colon follows, after any amount of white space. */
function isName(text: string, start: number): boolean {
  let index = start;
  while (' \t\n\r'.includes(text.charAt(index)) && index < text.length) index += 1;
  return text.charAt(index) === ':';
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text.charAt(index) !== '"') index += text.charAt(index) === '\\' ? 2 : 1;
  return index;
}
