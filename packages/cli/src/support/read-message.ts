import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CreateCall, MOST_MESSAGE_BYTES } from '@countersign/sdk';
import type { World } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

const BASE64_TEXT = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * A serialized message from a file, or from standard input for `-`: its bytes as they are, or their base64 as text. No message's bytes can be
 * taken for text: the first of them is below 0x20 or above 0x7f.
 */
export async function readMessage(world: World, file: string): Promise<Result<CreateCall, Failure>> {
  let content: Uint8Array;
  try {
    content = file === '-' ? await world.readInput() : await readFile(resolve(world.cwd, file));
  } catch (error) {
    return misuse(`${file} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`, 'check the path');
  }
  const text = Buffer.from(content).toString('latin1').replace(/\s+/g, '');
  const bytes = BASE64_TEXT.test(text) ? Buffer.from(text, 'base64') : Buffer.from(content);
  if (text === '') return misuse(`${file} is empty`, 'give a serialized message, as bytes or base64');
  if (bytes.length > MOST_MESSAGE_BYTES)
    return misuse(
      `${file} holds ${bytes.length} bytes, and a message has at most ${MOST_MESSAGE_BYTES}`,
      'give one message without signatures',
    );
  return good({ message: bytes.toString('base64') });
}
