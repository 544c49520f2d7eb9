import { domainError } from '@countersign/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Backend } from './backend.ts';
import { problemSchema } from './problem-schema.ts';
import type { Route } from './route.ts';
import { sendProblem } from './send-problem.ts';
import { refuseOtherWallet } from './visibility.ts';

const KEY = /^[\x21-\x7e]{1,128}$/;
const noBody: z.ZodType<Record<never, never>> = z.strictObject({});

/** Registers a route of the interface. */
export function addRoute(app: FastifyInstance, backend: Backend, route: Route): void {
  const { method, url, access, idempotency, audit, movesMoney, action } = route;
  app.route({
    method,
    url: url.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { declaration: { access, idempotency, audit, movesMoney }, action },
    schema: {
      summary: route.summary,
      tags: [route.tag],
      operationId: operationId(method, url),
      ...(access === 'public' ? { security: [] } : access.includes('signature') ? { security: [{}, { credential: [] }] } : {}),
      params: route.params,
      querystring: route.query,
      ...(route.headers === null ? {} : { headers: route.headers }),
      ...(method === 'POST' ? { body: route.body ?? noBody } : {}),
      response: { ...route.answers, '4xx': problemSchema, '5xx': problemSchema },
    },
    preValidation: async (request) => {
      if (request.body === undefined && method === 'POST') request.body = {};
    },
    handler: (request, reply) => run(route, backend, request, reply),
  });
}

async function run(route: Route, backend: Backend, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { caller, deps } = request;
  if (deps === null) throw new Error(`${route.url} was reached without what it needs`);
  const { wallet } = request.params as { readonly wallet?: string };
  if (caller !== null && wallet !== undefined) {
    const visible = await refuseOtherWallet(deps, caller, wallet);
    if (!visible.ok) return sendProblem(request, reply, visible.error);
  }

  const dry = request.headers['dry-run'];
  const takesKey = route.idempotency === 'required';
  if (dry !== undefined && (dry !== 'true' || !takesKey))
    return sendProblem(request, reply, invalid('Dry-Run', takesKey ? 'can only be "true"' : 'is not known here'));
  const key = request.headers['idempotency-key'];
  if (takesKey && dry === undefined) {
    if (key === undefined) return sendProblem(request, reply, { code: 'idempotency_key_missing' });
    if (typeof key !== 'string' || !KEY.test(key))
      return sendProblem(request, reply, invalid('Idempotency-Key', 'must be 1 to 128 visible ASCII characters'));
  }
  const outcome = await route.handle({
    deps,
    backend,
    caller,
    params: request.params,
    query: request.query,
    body: request.body,
    requestId: request.id,
    idempotencyKey: typeof key === 'string' ? key : null,
    dryRun: dry === 'true',
  });
  if (!outcome.ok) return sendProblem(request, reply, outcome.error);
  const { status, content, headers } = outcome.value;
  reply.code(status).headers(headers);
  reply.header('content-type', `application/${status >= 400 ? 'problem+json' : 'json'}; charset=utf-8`);
  return content.kind === 'text' ? reply.serializer(String).send(content.text) : reply.send(content.value);
}

function invalid(field: string, problem: string) {
  return domainError('invalid_field', { field, problem });
}

/** `POST /v1/wallets/{wallet}/freeze` → `post_wallets_wallet_freeze`. */
function operationId(method: string, url: string): string {
  return `${method.toLowerCase()}${url.replace(/^\/v1/, '').replaceAll(/[^a-z]+/gi, '_')}`.replace(/_$/, '');
}
