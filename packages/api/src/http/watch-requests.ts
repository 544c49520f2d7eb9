import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/metrics.ts';

/** One line a request at debug; at info only what changed something; and its duration by route. */
export function watchRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const { url = 'none', config } = request.routeOptions;
    metrics.observeRequest(request.method, url, reply.statusCode, reply.elapsedTime);
    const audit = config?.declaration?.audit ?? 'none';
    if (audit !== 'none' && reply.statusCode < 300)
      request.log.info(
        { requestId: request.id, action: audit, by: request.caller?.id, path: request.url, status: reply.statusCode },
        'done',
      );
    else if (request.log.level === 'debug' || request.log.level === 'trace')
      request.log.debug(
        { requestId: request.id, method: request.method, path: request.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
        'request',
      );
  });
}
