import type { SignedBytesView } from '@countersign/sdk';
import { table } from './table.ts';

/** Bytes that were signed, under a title; nothing where there are none. */
export function signedRows(title: string, list: readonly SignedBytesView[]): readonly string[] {
  if (list.length === 0) return [];
  const rows = list.map(({ transaction, state, signature }) => [transaction ?? 'a change of the wallet', state, signature ?? '-']);
  return [title, ...table(['transaction', 'state', 'signature'], rows)];
}
