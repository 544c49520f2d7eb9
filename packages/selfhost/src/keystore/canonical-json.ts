import { KeyFileError } from './key-file-problem.ts';

/** One spelling for files that are authenticated: the fields in the order of `document`, two spaces, a final line feed. */
export function formatDocument(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Parses a file and checks `format` and `version`; the caller reads the fields and compares with `assertOneSpelling`. */
export function parseDocument(bytes: Uint8Array, format: string, version: number, file: string): { readonly [name: string]: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new KeyFileError('malformed', file, 'is not JSON (truncated or damaged)');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KeyFileError('malformed', file, 'is not a JSON object');
  const map = value as { readonly [name: string]: unknown };
  if (map['format'] !== format) throw new KeyFileError('malformed', file, `is not of the format ${format}`);
  if (map['version'] !== version)
    throw new KeyFileError('unsupported_version', file, `has a version other than ${version}; nothing was changed`);
  return map;
}

/** A file must be exactly what `formatDocument` writes: no extra, doubled or reordered field survives. */
export function assertOneSpelling(bytes: Uint8Array, document: object, file: string): void {
  if (Buffer.compare(Buffer.from(bytes), Buffer.from(formatDocument(document))) !== 0)
    throw new KeyFileError('malformed', file, 'is not in its one spelling (unknown, missing or reordered fields)');
}

export function hexField(map: { readonly [name: string]: unknown }, name: string, length: number | null, file: string): string {
  const value = map[name];
  if (typeof value !== 'string' || !/^([0-9a-f]{2})*$/.test(value) || (length !== null && value.length !== length * 2))
    throw new KeyFileError('malformed', file, `${name} is not ${length ?? 'some'} bytes of lower-case hex`);
  return value;
}
