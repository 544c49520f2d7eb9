import { authenticate, type Credential, type Dependencies, domainError } from '@countersign/core';
import type { FastifyInstance } from 'fastify';
import type { Backend } from './backend.ts';
import type { RateLimits } from './rate-limits.ts';
import { sendProblem } from './send-problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Credential | null;
    deps: Dependencies | null;
  }
}

const BEARER = /^Bearer (cs_[A-Za-z0-9_]{10,120})$/;

/** Before a body is read: who asks, whether the route is for them, and whether they ask too often. */
export function useAuthentication(
  app: FastifyInstance,
  backend: Backend,
  limits: RateLimits,
  { onLoopback }: { readonly onLoopback: boolean },
): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('deps', null);
  app.addHook('onRequest', async (request, reply) => {
    const { declaration, action } = request.routeOptions.config;
    if (request.is404 || declaration?.access === 'public' || (declaration?.access === 'operational' && onLoopback)) return;
    const deps = backend.current();
    if (deps === null) return sendProblem(request, reply, { code: 'not_ready' });
    const bySignature = Array.isArray(declaration?.access) && declaration.access.includes('signature');
    if (bySignature && request.headers.authorization === undefined) {
      request.deps = deps;
      const waitSeconds = await limits.withoutCredential(request);
      return waitSeconds === null
        ? undefined
        : sendProblem(request, reply, domainError('rate_limited', { retryAfterSeconds: waitSeconds }));
    }
    const secret = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const authenticated =
      secret === undefined
        ? { ok: false as const, error: domainError('unauthenticated', { problem: 'no bearer credential was sent' }) }
        : await authenticate(deps, secret);
    if (!authenticated.ok) {
      const { error } = authenticated;
      const waitSeconds = error.code === 'unauthenticated' ? await limits.failedLogin(request) : null;
      return sendProblem(request, reply, waitSeconds === null ? error : domainError('rate_limited', { retryAfterSeconds: waitSeconds }));
    }
    const caller = authenticated.value;
    request.caller = caller;
    request.deps = deps;
    const waitSeconds = await limits.request(request);
    if (waitSeconds !== null) return sendProblem(request, reply, domainError('rate_limited', { retryAfterSeconds: waitSeconds }));
    const allowed = declaration?.access === 'operational' ? ['operator'] : (declaration?.access ?? []);
    if (!bySignature && !allowed.includes(caller.role))
      return sendProblem(request, reply, domainError('forbidden', { role: caller.role, action: action ?? 'do this' }));
  });
}
