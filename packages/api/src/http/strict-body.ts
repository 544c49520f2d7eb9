import { domainError, parseStrictJson } from '@countersign/core';
import type { FastifyInstance } from 'fastify';
import { RefusalError } from './refusal-error.ts';

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The one body parser: strict JSON in strict UTF-8. Everything else is `unsupported_media_type` or `malformed_body`. */
export function useStrictBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (!JSON_TYPE.test(request.headers['content-type'] ?? '') || (encoding !== undefined && encoding !== 'identity')) {
      done(new RefusalError({ code: 'unsupported_media_type' }), undefined);
      return;
    }
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    let text: string;
    try {
      text = utf8.decode(body as Buffer);
    } catch {
      done(new RefusalError(domainError('malformed_body', { problem: 'is not UTF-8' })), undefined);
      return;
    }
    const parsed = parseStrictJson(text);
    if (parsed.ok) done(null, parsed.value);
    else done(new RefusalError(parsed.error), undefined);
  });
}
