import type { PostgresBinaries } from './binaries.ts';

export interface ServerAddress {
  readonly port: number;
  /** Folder of the Unix socket; `null`: TCP on 127.0.0.1 only. */
  readonly socketDir: string | null;
}

/** The command line of the server. Durable: fsync, synchronous commit, full page writes. */
export function serverCommand(
  binaries: PostgresBinaries,
  prefix: readonly string[],
  dataDir: string,
  address: ServerAddress,
  overrides: { readonly [setting: string]: string },
): readonly string[] {
  const settings: { readonly [setting: string]: string } = {
    listen_addresses: address.socketDir === null ? '127.0.0.1' : '',
    unix_socket_directories: address.socketDir ?? '',
    unix_socket_permissions: '0700',
    port: String(address.port),
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    password_encryption: 'scram-sha-256',
    max_connections: '100',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    jit: 'off',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    ...overrides,
  };
  return [...prefix, binaries.postgres, '-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Where to connect; the user is the cluster's superuser. */
export function serverUrl(user: string, password: string, address: ServerAddress, database: string): string {
  const base = `postgresql://${user}:${encodeURIComponent(password)}@`;
  return address.socketDir === null
    ? `${base}127.0.0.1:${address.port}/${database}`
    : `${base}localhost:${address.port}/${database}?host=${encodeURIComponent(address.socketDir)}`;
}
