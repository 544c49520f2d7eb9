import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { ChainReport } from './verify-chain.ts';

/** Heads that were seen: chain → sequence → hash. */
export type Heads = ReadonlyMap<string, ReadonlyMap<string, string>>;
const FORMAT = 'countersign-audit-heads-v1';

/** Reads a heads file; none yet is no error. */
export function readHeads(path: string): Result<Heads, Failure> {
  if (!existsSync(path)) return good(new Map());
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (
      typeof value === 'object' &&
      value !== null &&
      'format' in value &&
      value.format === FORMAT &&
      'heads' in value &&
      Array.isArray(value.heads)
    ) {
      const heads = value.heads.map((item: { readonly chain?: unknown; readonly sequence?: unknown; readonly hash?: unknown }) => {
        if (typeof item?.chain !== 'string' || typeof item.sequence !== 'string' || typeof item.hash !== 'string')
          throw new TypeError('a head is damaged');
        return [item.chain, new Map([[item.sequence, item.hash]])] as const;
      });
      return good(new Map(heads));
    }
    throw new TypeError('it is not a heads file');
  } catch (error) {
    return misuse(`${path} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`, 'name another file with --remember');
  }
}

/** Replaces the file by the heads of now. */
export function writeHeads(path: string, reports: readonly ChainReport[]): void {
  const heads = reports
    .filter(({ entries }) => entries !== '0')
    .map(({ chain, entries, head }) => ({ chain, sequence: entries, hash: head }));
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${JSON.stringify({ format: FORMAT, heads }, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
