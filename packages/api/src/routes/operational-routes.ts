import { readySchema } from '@countersign/sdk';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Backend } from '../http/backend.ts';
import type { RouteDeclaration } from '../http/route.ts';
import type { Metrics } from '../metrics/metrics.ts';

const PUBLIC: RouteDeclaration = { access: 'public', idempotency: 'none', audit: 'none', movesMoney: false };
const OPERATIONAL: RouteDeclaration = { access: 'operational', idempotency: 'none', audit: 'none', movesMoney: false };

/** Whether the process lives, whether it can work, and what it measures. Beyond this machine readiness tells no reasons and metrics need an operator. */
export function addOperationalRoutes(
  app: FastifyInstance,
  backend: Backend,
  metrics: Metrics,
  { onLoopback }: { readonly onLoopback: boolean },
): void {
  app.route({
    method: 'GET',
    url: '/health/live',
    config: { declaration: PUBLIC },
    schema: { summary: 'The process answers', tags: ['Operations'], security: [], response: { 200: z.object({ live: z.literal(true) }) } },
    handler: async () => ({ live: true }),
  });
  app.route({
    method: 'GET',
    url: '/health/ready',
    config: { declaration: PUBLIC },
    schema: {
      summary: 'Everything that the service needs answers',
      tags: ['Operations'],
      security: [],
      response: { 200: readySchema, 503: readySchema },
    },
    handler: async (_request, reply) => {
      const ready = await backend.readiness();
      const shown = onLoopback ? ready : { ...ready, checks: ready.checks.map((check) => ({ ...check, problem: null })) };
      return reply.code(ready.ready ? 200 : 503).send(shown);
    },
  });
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { declaration: OPERATIONAL, action: 'read metrics' },
    schema: { summary: 'Metrics for Prometheus', tags: ['Operations'], security: [] },
    handler: async (_request, reply) => {
      await backend.readiness();
      return reply
        .header('content-type', metrics.contentType)
        .serializer(String)
        .send(await metrics.render());
    },
  });
}
