import { type Invocation, text } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** A whole number option between bounds; `otherwise` when it was not given. */
export function wholeNumber(
  invocation: Invocation,
  name: string,
  range: { readonly least: number; readonly most: number; readonly otherwise: number },
): Result<number, Failure> {
  const given = text(invocation, name);
  if (given === undefined) return good(range.otherwise);
  const value = /^[0-9]{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= range.least && value <= range.most) return good(value);
  return misuse(`--${name} "${given}" is not a whole number from ${range.least} to ${range.most}`, `leave it away for ${range.otherwise}`);
}
