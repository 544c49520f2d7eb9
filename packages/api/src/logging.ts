import pino, { type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.ts';

/** Wherever one of these stands in a line, its value does not. */
const SECRET_PATHS: string[] = ['authorization', 'secret', 'credential', 'databaseUrl', 'password', 'passphrase'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);
/** Credentials, and the user and password of a URL, wherever they stand in a text. */
const SECRET_TEXT = /cs_(?:agent|operator|owner)_[A-Za-z0-9_]+|(?<=:\/\/)[^\s/@]+@/g;

/** JSON lines on standard error. */
export function createLog(level: LogLevel, destination: DestinationStream = pino.destination({ fd: 2, sync: false })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      hooks: {
        streamWrite: (line) => (line.includes('cs_') || line.includes('://') ? line.replace(SECRET_TEXT, '[redacted]') : line),
      },
    },
    destination,
  );
}
