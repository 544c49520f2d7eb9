import { z } from 'zod';
import type { PageOf } from './common.ts';

/** The schema of one page of a list. */
export function pageOf<T>(item: z.ZodType<T>): z.ZodType<PageOf<T>> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
