import type { Origin } from './backend.ts';

/**
 * As what owners sign in: the public name where one is set (a proxy speaks TLS for it), else the address that the service listens on. INVARIANT I6:
 * never what a request says, so that a page of another name cannot have a sign-in made out to itself.
 */
export function originOf(publicHost: string | null, listensAt: string): Origin {
  if (publicHost !== null) return { domain: publicHost.toLowerCase(), uri: `https://${publicHost.toLowerCase()}` };
  const { host, origin } = new URL(listensAt);
  return { domain: host, uri: origin };
}
