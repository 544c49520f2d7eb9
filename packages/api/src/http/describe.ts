import { randomBytes } from 'node:crypto';
import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';

/** The OpenAPI 3.1 description, made from the same schemas that judge requests; registered before the routes. */
export async function useDescription(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Countersign',
        version,
        description:
          'Wallets for AI agents, held by two keys. Amounts are decimal strings of base units, moments ISO 8601 in UTC, bytes base64, addresses and signatures base58. Every error is a problem of RFC 9457.',
      },
      components: { securitySchemes: { credential: { type: 'http', scheme: 'bearer', bearerFormat: 'cs_<role>_…' } } },
      security: [{ credential: [] }],
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
    transformObject: createJsonSchemaTransformObject({}),
  });
}

/** /openapi.json, and the page at /docs that shows it. The page has a content security policy of its own: its own script, nothing from elsewhere. */
export async function serveDescription(app: FastifyInstance): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  let description: string | null = null;
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { declaration: { access: 'public', idempotency: 'none', audit: 'none', movesMoney: false } },
    schema: { hide: true },
    handler: async (_request, reply) => {
      description ??= JSON.stringify(app.swagger());
      return reply.header('content-type', 'application/json; charset=utf-8').serializer(String).send(description);
    },
  });
  app.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.url?.startsWith('/docs') === true) reply.header('content-security-policy', policy);
  });
  await app.register(scalar, {
    routePrefix: '/docs',
    configuration: { url: '/openapi.json', nonce, withDefaultFonts: false, telemetry: false },
  });
}
