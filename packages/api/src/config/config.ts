export type Cluster = 'localnet' | 'devnet' | 'testnet' | 'mainnet';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Everything that can be set, checked. `databaseUrl` and `solanaRpcUrls` may hold secrets: never print or log them. */
export interface Config {
  readonly databaseUrl: string;
  readonly solanaRpcUrls: readonly string[];
  readonly signerSocket: string;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** A further name under which the service is reached while bound to loopback (behind a proxy). */
  readonly publicHost: string | null;
  readonly cluster: Cluster;
  readonly poolSize: number;
  readonly logLevel: LogLevel;
  readonly rateLimitPerMinute: number;
  readonly approvalLifetimeMs: number;
  readonly statementLifetimeMs: number;
  readonly firstLookMs: number;
  readonly resendMs: number;
  readonly finalityMs: number;
  /** Where the first operator credential is written when there is none; `null`: none is made. */
  readonly operatorCredentialFile: string | null;
  readonly rpcTimeoutMs: number;
  readonly signerTimeoutMs: number;
  readonly computeUnitPriceMicroLamports: bigint;
}
