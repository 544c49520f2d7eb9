import type { Socket } from 'node:net';
import { domainError } from '@countersign/core';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../problems/problem-codes.ts';
import { RefusalError } from './refusal-error.ts';
import { sendProblem } from './send-problem.ts';

/** Turns whatever was thrown into a problem. What is not expected is logged with its stack and answered as `internal_error`, which says nothing. */
export function handleErrors(app: FastifyInstance, bodyLimitBytes: number): void {
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, bodyLimitBytes));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, { code: 'route_not_found', method: request.method, path: pathOf(request.url) }),
  );
}

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply, bodyLimitBytes: number): FastifyReply {
  if (error instanceof RefusalError) return sendProblem(request, reply, error.refusal, error.more);
  const refusal = refusalOf(error, bodyLimitBytes);
  if (refusal !== null) return sendProblem(request, reply, refusal);
  request.log.error({ requestId: request.id, err: { type: error.name, message: error.message, stack: error.stack } }, 'a request failed');
  return sendProblem(request, reply, { code: 'internal_error' });
}

function refusalOf(error: FastifyError, limitBytes: number): Refusal | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return domainError('body_too_large', { limitBytes });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return { code: 'unsupported_media_type' };
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return domainError('malformed_body', { problem: 'does not have the length that its header tells' });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_ASYNC_CONSTRAINT':
      return { code: 'malformed_request' };
    default:
      return null;
  }
}

/** The path without its query, cut to what one line can show. */
function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200);
}

/** What a connection gets whose bytes are no HTTP. */
export function answerBrokenConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
