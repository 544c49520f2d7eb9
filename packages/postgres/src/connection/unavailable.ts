/** SQLSTATE classes and codes that say that the database could not do it now, as against that the statement was wrong. */
const UNAVAILABLE_CLASSES: readonly string[] = ['08', '28', '53', '57', '58'];
const UNAVAILABLE_CODES: readonly string[] = ['25006', '25P03', '25P04', '3D000', '40001', '40P01', '55P03'];
/** Conflicts between transactions: the server rolled back, and running the same work again may succeed. */
const CONFLICT_CODES: readonly string[] = ['40001', '40P01'];
const NETWORK_CODES: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EHOSTUNREACH',
];
/** What pg and pg-pool say without a code when a connection is gone or cannot be had in time. */
const CONNECTION_WORDS =
  /connection terminated|connection error|timeout exceeded when trying to connect|timeout expired|read timeout|client was closed|not queryable|cannot use a pool after calling end/i;

interface CodedError {
  readonly code?: unknown;
  readonly message: string;
  readonly severity?: unknown;
}

/** What kind of trouble an exception from the database is; `bug` is everything that is not the database being away. */
export type Trouble = 'unavailable' | 'conflict' | 'bug';

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return 'bug';
  const { code, message }: CodedError = error;
  if (typeof code === 'string') {
    if (CONFLICT_CODES.includes(code)) return 'conflict';
    if (code.length === 5 && (UNAVAILABLE_CLASSES.includes(code.slice(0, 2)) || UNAVAILABLE_CODES.includes(code))) return 'unavailable';
    if (NETWORK_CODES.includes(code)) return 'unavailable';
  }
  if (error instanceof AggregateError) return error.errors.some((each) => troubleOf(each) === 'unavailable') ? 'unavailable' : 'bug';
  return code === undefined && CONNECTION_WORDS.test(message) ? 'unavailable' : 'bug';
}

/** One line for people and logs, without connection strings. */
export function problemOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return problemOf(error.errors[0]);
  if (!(error instanceof Error)) return 'unknown';
  const { code }: CodedError = error;
  return typeof code === 'string' ? `${error.message} (${code})` : error.message;
}
