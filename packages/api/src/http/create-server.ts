import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, LogController } from 'fastify';
import type { Metrics } from '../metrics/metrics.ts';
import { allRoutes } from '../routes/all-routes.ts';
import { addOperationalRoutes } from '../routes/operational-routes.ts';
import { useAuthentication } from './authenticate.ts';
import type { Backend } from './backend.ts';
import { type DeclaredRoute, requireDeclarations } from './declared-routes.ts';
import { serveDescription, useDescription } from './describe.ts';
import { answerBrokenConnection, answerError, handleErrors } from './handle-errors.ts';
import { createHostCheck, isLoopback } from './host-check.ts';
import { useLoadShedding } from './load-shedding.ts';
import { createRateLimits } from './rate-limits.ts';
import { requestIdOf } from './request-id.ts';
import { addRoute } from './run-route.ts';
import { useSecurityHeaders } from './security-headers.ts';
import { sendProblem } from './send-problem.ts';
import { useStrictBodies } from './strict-body.ts';
import { validateRequest } from './validate.ts';
import { watchRequests } from './watch-requests.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 72_000;

export interface ServerSettings {
  /** What the service is bound to. */
  readonly host: string;
  readonly publicHost: string | null;
  /** Of one credential. */
  readonly rateLimitPerMinute: number;
  /** Of one address. */
  readonly failedLoginsPerMinute: number;
  /** Calls without a credential, of one address and route that takes a signature instead. */
  readonly signaturesPerMinute: number;
  readonly version: string;
}
export interface Server {
  readonly app: FastifyInstance;
  readonly routes: readonly DeclaredRoute[];
}

/** The HTTP interface over a backend; not listening yet. */
export async function createServer(settings: ServerSettings, backend: Backend, metrics: Metrics, log: FastifyBaseLogger): Promise<Server> {
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    // One logger for all requests: a child of its own for each costs more than it tells; lines carry the request's id.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerBrokenConnection,
    frameworkErrors: (error: FastifyError, request, reply) => {
      answerError(error, request as never, reply as never, BODY_LIMIT_BYTES);
    },
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false, caseSensitive: true },
  });
  app.setValidatorCompiler(validateRequest);
  // Answers are typed where they are made and are not validated again on each request; the tests validate them.
  app.setSerializerCompiler(() => (body) => JSON.stringify(body));
  useStrictBodies(app);
  handleErrors(app, BODY_LIMIT_BYTES);
  const routes = requireDeclarations(app);
  const hostAllowed = createHostCheck(settings.host, settings.publicHost);
  app.addHook('onRequest', async (request, reply) => {
    if (!hostAllowed(request.headers.host)) return sendProblem(request, reply, { code: 'host_not_allowed' });
  });
  watchRequests(app, metrics);
  await useSecurityHeaders(app);
  await useLoadShedding(app);
  const onLoopback = isLoopback(settings.host);
  const { rateLimitPerMinute, failedLoginsPerMinute, signaturesPerMinute } = settings;
  const limits = { requestsPerMinute: rateLimitPerMinute, failedLoginsPerMinute, signaturesPerMinute };
  useAuthentication(app, backend, await createRateLimits(app, limits), { onLoopback });
  await useDescription(app, settings.version);
  for (const each of allRoutes) addRoute(app, backend, each);
  addOperationalRoutes(app, backend, metrics, { onLoopback });
  await serveDescription(app);
  await app.ready();
  return { app, routes };
}
