import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GIVEN = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's own `X-Request-Id` where it is plain, else a new ULID. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && GIVEN.test(given) ? given : makeUlid(Date.now());
}

/** 48 bits of time and 80 of randomness, in Crockford's base32. */
function makeUlid(nowMs: number): string {
  let text = '';
  for (let rest = nowMs, index = 0; index < 10; index += 1, rest = Math.floor(rest / 32)) text = CROCKFORD.charAt(rest % 32) + text;
  for (const byte of randomBytes(16)) text += CROCKFORD.charAt(byte & 31);
  return text;
}
