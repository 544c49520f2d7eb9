import { z } from 'zod';
import type { Config } from './config.ts';

const whole = (least: number, most: number, standard: number): z.ZodType<number> =>
  z
    .union([z.string(), z.number()])
    .default(standard)
    .transform(String)
    .refine(
      (text) => /^[0-9]{1,12}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number from ${least} to ${most}`,
    )
    .transform(Number);

const url = (protocols: readonly string[]) => (text: string) => URL.canParse(text) && protocols.includes(new URL(text).protocol);
const text = z.string('must be text').min(1, 'is empty');

/** The settings by their names; https://www.postgresql.org/docs/current/libpq-connect.html for DATABASE_URL. */
const SETTINGS = {
  DATABASE_URL: text.refine(url(['postgres:', 'postgresql:']), 'must be a postgresql:// URL'),
  SOLANA_RPC_URLS: text
    .transform((list) => list.split(',').map((each) => each.trim()))
    .refine((list) => list.every(url(['http:', 'https:'])), 'must be http:// or https:// URLs, separated by commas'),
  SIGNER_SOCKET: text.refine((path) => path.startsWith('/') && path.length < 108, 'must be an absolute path of less than 108 characters'),
  HOST: text.regex(/^[A-Za-z0-9.:[\]-]+$/, 'must be an address or a host name').default('127.0.0.1'),
  PORT: whole(0, 65_535, 7070),
  PUBLIC_HOST: text.regex(/^[A-Za-z0-9.-]+$/, 'must be a host name without port').optional(),
  CLUSTER: z.enum(['localnet', 'devnet', 'testnet', 'mainnet'], 'must be localnet, devnet, testnet or mainnet'),
  POOL_SIZE: whole(1, 500, 16),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be trace, debug, info, warn, error, fatal or silent')
    .default('info'),
  RATE_LIMIT_PER_MINUTE: whole(1, 100_000_000, 6_000),
  APPROVAL_LIFETIME_SECONDS: whole(60, 31_536_000, 86_400),
  STATEMENT_LIFETIME_SECONDS: whole(30, 86_400, 900),
  FIRST_LOOK_MS: whole(100, 600_000, 1_500),
  RESEND_MS: whole(100, 600_000, 1_500),
  FINALITY_MS: whole(100, 600_000, 13_000),
  OPERATOR_CREDENTIAL_FILE: text.optional(),
  OPEN_OWNER_KEY_HERE: text.refine((path) => path.startsWith('/'), 'must be the absolute path of a sealed owner key file').optional(),
  RPC_TIMEOUT_MS: whole(100, 20_000, 5_000),
  SIGNER_TIMEOUT_MS: whole(100, 20_000, 2_000),
  COMPUTE_UNIT_PRICE_MICRO_LAMPORTS: whole(0, 1_000_000_000, 0),
} as const;

export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS);

/** Owners sign in under one name, which must not be what a request says. */
function isNamed({ HOST, PUBLIC_HOST }: { readonly HOST: string; readonly PUBLIC_HOST?: string | undefined }): boolean {
  return PUBLIC_HOST !== undefined || !['0.0.0.0', '::', '[::]'].includes(HOST);
}
const NAMELESS = {
  path: ['PUBLIC_HOST'],
  error: 'has to be set where HOST is every address of the machine: owners sign in under one name',
};

/** Settings by name, from the environment and the file together, as a configuration. */
export const configSchema: z.ZodType<Config> = z
  .object(SETTINGS)
  .refine(isNamed, NAMELESS)
  .transform((set) => ({
    databaseUrl: set.DATABASE_URL,
    solanaRpcUrls: set.SOLANA_RPC_URLS,
    signerSocket: set.SIGNER_SOCKET,
    host: set.HOST,
    port: set.PORT,
    publicHost: set.PUBLIC_HOST ?? null,
    cluster: set.CLUSTER,
    poolSize: set.POOL_SIZE,
    logLevel: set.LOG_LEVEL,
    rateLimitPerMinute: set.RATE_LIMIT_PER_MINUTE,
    approvalLifetimeMs: set.APPROVAL_LIFETIME_SECONDS * 1000,
    statementLifetimeMs: set.STATEMENT_LIFETIME_SECONDS * 1000,
    firstLookMs: set.FIRST_LOOK_MS,
    resendMs: set.RESEND_MS,
    finalityMs: set.FINALITY_MS,
    operatorCredentialFile: set.OPERATOR_CREDENTIAL_FILE ?? null,
    openOwnerKeyHere: set.OPEN_OWNER_KEY_HERE ?? null,
    rpcTimeoutMs: set.RPC_TIMEOUT_MS,
    signerTimeoutMs: set.SIGNER_TIMEOUT_MS,
    computeUnitPriceMicroLamports: BigInt(set.COMPUTE_UNIT_PRICE_MICRO_LAMPORTS),
  }));
