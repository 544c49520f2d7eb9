import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface RateLimits {
  /** In how many seconds the credential may ask again; `null` when it may now. */
  request(request: FastifyRequest): Promise<number | null>;
  /** The same for callers without a good credential, by address. */
  failedLogin(request: FastifyRequest): Promise<number | null>;
  /** The same for routes that take none, by address and route: asking to sign in all the time does not keep an owner from freezing. */
  withoutCredential(request: FastifyRequest): Promise<number | null>;
}

/** Counts in this process: a limit against accidents and noise, not one that keeps money. */
export async function createRateLimits(
  app: FastifyInstance,
  {
    requestsPerMinute,
    failedLoginsPerMinute,
    signaturesPerMinute,
  }: { readonly requestsPerMinute: number; readonly failedLoginsPerMinute: number; readonly signaturesPerMinute: number },
): Promise<RateLimits> {
  await app.register(rateLimit, { global: false, cache: 10_000 });
  const perCredential = app.createRateLimit({
    max: requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ caller }) => caller?.id ?? 'nobody',
  });
  const perAddress = app.createRateLimit({ max: failedLoginsPerMinute, timeWindow: 60_000, keyGenerator: ({ ip }) => `ip:${ip}` });
  const perRoute = app.createRateLimit({
    max: signaturesPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ ip, routeOptions }) => `${routeOptions.url}:${ip}`,
  });
  const wait = (counted: Awaited<ReturnType<typeof perCredential>>): number | null =>
    !counted.isAllowed && counted.isExceeded ? Math.max(1, counted.ttlInSeconds) : null;
  return {
    request: async (request) => wait(await perCredential(request)),
    failedLogin: async (request) => wait(await perAddress(request)),
    withoutCredential: async (request) => wait(await perRoute(request)),
  };
}
