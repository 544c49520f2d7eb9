const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether the address that the service is bound to is this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Whether a Host header is one under which this service may be asked. A service on loopback is reached by this machine's names only: a page
 * of another site that made its name resolve to 127.0.0.1 (DNS rebinding) still sends that name.
 */
export function createHostCheck(boundTo: string, publicHost: string | null): (header: string | undefined) => boolean {
  if (!isLoopback(boundTo)) return () => true;
  const allowed = new Set([...LOOPBACK_HOSTS, boundTo.toLowerCase(), ...(publicHost === null ? [] : [publicHost.toLowerCase()])]);
  return (header) => {
    const [, name] = /^(\[[0-9a-f:]+\]|[^:@/\\\s]+)(?::[0-9]{1,5})?$/i.exec(header ?? '') ?? [];
    return name !== undefined && allowed.has(name.toLowerCase());
  };
}
