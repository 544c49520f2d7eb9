/** The shape of core's `Result`, written here so that a command that needs nothing else of core starts without loading it. */
export type { Result } from '@countersign/core';

export const good = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
