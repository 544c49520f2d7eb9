import type { FastifyInstance } from 'fastify';
import type { RouteDeclaration } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    declaration?: RouteDeclaration;
    /** For the words of a refusal. */
    action?: string;
  }
}

/** A route that plugins bring along; it cannot declare itself. */
const PLUGIN_ROUTES: readonly string[] = ['/docs', '/docs/', '/docs/js/scalar.js'];
const PUBLIC_PAGE: RouteDeclaration = { access: 'public', idempotency: 'none', audit: 'none', movesMoney: false };

export interface DeclaredRoute extends RouteDeclaration {
  readonly method: string;
  readonly url: string;
}

/**
 * Collects every route that is registered. One that does not say who may call it, whether it needs an Idempotency-Key, what it leaves in
 * the audit log and whether it moves money, that lets anyone change something, or that moves money again when it is repeated, is a bug, and the
 * service does not start with it.
 */
export function requireDeclarations(app: FastifyInstance): readonly DeclaredRoute[] {
  const routes: DeclaredRoute[] = [];
  app.addHook('onRoute', (route) => {
    const given = route.config?.declaration;
    const declaration = given ?? (PLUGIN_ROUTES.includes(route.url) ? PUBLIC_PAGE : undefined);
    const name = `${String(route.method)} ${route.url}`;
    if (!declaration) throw new Error(`${name} does not declare access, idempotency, audit and movesMoney`);
    if (declaration.audit === '' || (Array.isArray(declaration.access) && declaration.access.length === 0))
      throw new Error(`${name} declares nothing`);
    if (route.method !== 'GET' && !Array.isArray(declaration.access)) throw new Error(`${name} would let anyone change something`);
    if (declaration.movesMoney && declaration.access.includes('signature'))
      throw new Error(`${name} would move money without a credential`);
    if (typeof declaration.movesMoney !== 'boolean') throw new Error(`${name} does not declare whether it moves money`);
    if (declaration.movesMoney && (route.method === 'GET' || declaration.idempotency === 'none'))
      throw new Error(`${name} would move money again when it is repeated`);
    route.config = { ...route.config, declaration };
    routes.push({ method: String(route.method), url: route.url, ...declaration });
  });
  return routes;
}
