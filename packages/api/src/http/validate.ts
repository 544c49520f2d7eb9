import { domainError } from '@countersign/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { fieldProblems } from './field-problems.ts';
import { RefusalError } from './refusal-error.ts';

const WHOLE: { readonly [part: string]: string } = { body: 'body', querystring: 'query', params: 'path' };

/** Judges params, query and body by their zod schemas. The problem names every field that is wrong, the first one in `field`. */
export const validateRequest: FastifySchemaCompiler<z.ZodType<unknown>> = ({ schema, httpPart }) => {
  // Headers have a schema for the sake of the description only; what matters of them is checked in run-route.ts.
  if (httpPart === 'headers') return (data: unknown) => ({ value: data });
  return (data: unknown) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const errors = fieldProblems(parsed.error, WHOLE[httpPart ?? ''] ?? 'request', data);
    const [first] = errors;
    return {
      error: new RefusalError(domainError('invalid_field', first ?? { field: 'request', problem: 'is not valid' }), { errors }),
    };
  };
};
