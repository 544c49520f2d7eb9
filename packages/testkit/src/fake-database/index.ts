export { ConstraintViolation, Unavailable } from './failures.ts';
export { createFakeDatabase, type FakeDatabase, type FakeDatabaseClient, type FakeDatabaseSettings } from './fake-database.ts';
export { type Fate, type Pace, promptPace } from './pace.ts';
export type { Change, Commit, EnqueuedJob, ReservationRow, Rows, TableName, Tables } from './tables.ts';
