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
  /** The name under which the service is reached: a further one while bound to loopback (behind a proxy), and the one that owners sign in to. */
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
  /** The sealed owner key that the service may open for one action when given its passphrase; `null`: it opens none. */
  readonly openOwnerKeyHere: string | null;
  readonly rpcTimeoutMs: number;
  readonly signerTimeoutMs: number;
  readonly computeUnitPriceMicroLamports: bigint;
}
