/**
 * The HTTP interface, as TypeScript sees it. The zod schemas in schemas/ are typed by these, and OpenAPI is generated from them.
 * Amounts are decimal strings of base units, moments ISO 8601 UTC, bytes base64, addresses and signatures base58.
 */
export type * from './contract/approvals.ts';
export type * from './contract/audit.ts';
export type * from './contract/credentials.ts';
export type * from './contract/freezing.ts';
export type * from './contract/keys.ts';
export type * from './contract/kits.ts';
export type * from './contract/policies.ts';
export type * from './contract/transactions.ts';
export type * from './contract/wallets.ts';

// Lists: GET /v1/wallets, GET /v1/wallets/{wallet}/transactions?state=&limit=&cursor=, GET /v1/approvals?wallet=&state=&kind=&limit=&cursor=,
// GET /v1/wallets/{wallet}/policies; each answers { items, nextCursor }.
