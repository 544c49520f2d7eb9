/** JSON with exact integers: a u64 is a JSON number, and beyond 2^53 it is read and written as a `bigint`. */

interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
}
const exact = JSON as unknown as ExactJson;

/** Integers beyond the safe range come out as `bigint`. Throws `SyntaxError`. */
export function parseJson(text: string): unknown {
  return exact.parse(text, (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined) return value;
    return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
  });
}

/** `bigint` is written as its digits. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? exact.rawJSON(inner.toString()) : inner));
}
