import type { Names } from '../bytes/addresses.ts';
import { buildMessage } from '../bytes/build-message.ts';
import type { Try } from './vector.ts';

/** The message of a try for whoever stands behind the names, base64. The latest blockhash is 32 times 1. */
export async function bytesOfTry(one: Try, names: Names): Promise<string> {
  if (one.do !== 'message') throw new Error('only messages have bytes');
  return Buffer.from(await buildMessage(one.message, names)).toString('base64');
}
