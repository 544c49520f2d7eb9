import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import sodium from 'sodium-native';

const MAX_PASSPHRASE_BYTES = 1024;
const LINE_FEED = 0x0a;

/**
 * Reads a passphrase (the file without one final line feed) into guarded memory. Throws when the file is open to others, empty or too long.
 * The caller wipes it with `wipePassphrase`.
 */
export function readPassphraseFile(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  const buffer = sodium.sodium_malloc(MAX_PASSPHRASE_BYTES + 1);
  try {
    const info = fstatSync(descriptor);
    if (!info.isFile()) throw new Error('the passphrase file is not a regular file');
    if ((info.mode & 0o077) !== 0)
      throw new Error(`the passphrase file is open to others (mode ${(info.mode & 0o777).toString(8)}); it must be 0600`);
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count)
      count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (length > MAX_PASSPHRASE_BYTES) throw new Error(`the passphrase is longer than ${MAX_PASSPHRASE_BYTES} bytes`);
    if (length > 0 && buffer[length - 1] === LINE_FEED) length -= 1;
    if (length === 0) throw new Error('the passphrase file is empty');
    const passphrase = sodium.sodium_malloc(length);
    buffer.copy(passphrase, 0, 0, length);
    return passphrase;
  } finally {
    sodium.sodium_memzero(buffer);
    closeSync(descriptor);
  }
}

export function wipePassphrase(passphrase: Buffer): void {
  sodium.sodium_memzero(passphrase);
}
