import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../problems/problem-codes.ts';
import { toProblem } from '../problems/to-problem.ts';

/** Answers with a problem; `more` are further members of its body. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  more: { readonly [name: string]: unknown } = {},
): FastifyReply {
  const problem = toProblem(refusal, request.id, more);
  if (refusal.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="countersign"');
  if (refusal.code === 'rate_limited') reply.header('retry-after', String(refusal.retryAfterSeconds));
  else if (problem.status === 503) reply.header('retry-after', '1');
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
}
