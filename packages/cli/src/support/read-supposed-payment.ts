import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isAddress, parseAmount, parseAssetId, parseStrictJson, type SupposedPayment } from '@countersign/core';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

const EXAMPLE = '{"asset":"SOL","amount":"250000000","recipient":"9xQe…"}, amounts in base units';
const MEMBERS: readonly string[] = ['asset', 'amount', 'recipient', 'memo'];

/** A payment as it is asked for over HTTP, given as JSON or as the name of a file that holds it; the recipient may be "owner" here. */
export function readSupposedPayment(cwd: string, given: string): Result<SupposedPayment, Failure> {
  const text = given.trimStart().startsWith('{') ? good(given) : readText(cwd, given);
  if (!text.ok) return text;
  const wrong = (problem: string): Result<SupposedPayment, Failure> => misuse(`the request ${problem}`, `write it as ${EXAMPLE}`);
  const json = parseStrictJson(text.value);
  if (!json.ok) return wrong(json.error.code === 'malformed_body' ? json.error.problem : 'cannot be read');
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) return wrong('is not an object');
  const members = new Map(Object.entries(json.value));
  if (members.has('message'))
    return misuse(
      'what a message does is read with the help of the chain, which is not asked here',
      'use "countersign pay --message FILE --dry-run"',
    );
  const unknown = [...members.keys()].find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) return wrong(`has the unknown member "${unknown}"`);
  const asset = parseAssetId(members.get('asset'));
  const amount = parseAmount(members.get('amount'));
  const recipient = members.get('recipient');
  const memo = members.get('memo') ?? null;
  for (const part of [asset, amount])
    if (!part.ok) return wrong(part.error.code === 'invalid_field' ? `${part.error.field} ${part.error.problem}` : part.error.code);
  if (!asset.ok || !amount.ok) return wrong('is incomplete');
  if (typeof recipient !== 'string' || (recipient !== 'owner' && !isAddress(recipient)))
    return wrong('has no recipient that is an address, or "owner"');
  if (memo !== null && typeof memo !== 'string') return wrong('has a memo that is no text');
  return good({ asset: asset.value, amount: amount.value, recipient, memo });
}

function readText(cwd: string, file: string): Result<string, Failure> {
  try {
    return good(readFileSync(resolve(cwd, file), 'utf8'));
  } catch (error) {
    return misuse(`the request ${file} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`, 'give a file or JSON');
  }
}
