import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** `LEFT=RIGHT`, parted at the first equals sign; `example` is shown when there is none. */
export function pair(text: string, option: string, example: string): Result<readonly [left: string, right: string], Failure> {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return good([text.slice(0, at), text.slice(at + 1)]);
  return misuse(`--${option} "${text}" has no two parts with = between them`, `write it as ${example}`);
}
