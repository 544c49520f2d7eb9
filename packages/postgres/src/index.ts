export { type AuditVerdict, verifyAuditChain } from './audit/verify-audit-chain.ts';
export { createPostgresDatabase, type PostgresDatabase, type PostgresSettings } from './create-postgres-database.ts';
export { EmbeddedPostgresError } from './embedded/embedded-postgres-error.ts';
export { type EmbeddedPostgres, type EmbeddedPostgresSettings, startEmbeddedPostgres } from './embedded/start-embedded-postgres.ts';
export { migrate } from './migrate/migrate.ts';
export { startTestDatabase, type TestDatabase } from './test-support/test-database.ts';
