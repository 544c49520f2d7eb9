import { problemSchema as schema } from '@countersign/sdk';
import { z } from 'zod';

/** For the description of the interface. */
export const problemSchema: {
  readonly description: string;
  readonly content: { readonly [type: string]: { readonly schema: z.ZodType<unknown> } };
} = {
  description: 'A problem (RFC 9457); see docs/errors.md',
  content: { 'application/problem+json': { schema: z.lazy(() => schema) } },
};
