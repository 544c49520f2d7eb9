import { KeyFileError } from '../keystore/key-file-problem.ts';

const [OPEN, CLOSE, COMMA, ZERO, NINE] = [0x5b, 0x5d, 0x2c, 0x30, 0x39];
const SPACES: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/**
 * Reads a JSON array of exactly `into.length` numbers from 0 to 255 byte by byte, so that the secret never becomes a string or an array of the
 * JavaScript heap. Throws `malformed` for anything else; the problem never quotes the content.
 */
export function parseKeypairNumbers(content: Buffer, into: Buffer, file: string): void {
  let at = 0;
  const refuse = (): KeyFileError =>
    new KeyFileError('malformed', file, `is not a keypair file: a list of ${into.length} numbers from 0 to 255`);
  const skipSpaces = (): void => {
    while (SPACES.includes(content[at] ?? 0)) at += 1;
  };
  const take = (byte: number): void => {
    skipSpaces();
    if (content[at] !== byte) throw refuse();
    at += 1;
  };
  const number = (): number => {
    skipSpaces();
    const start = at;
    let value = 0;
    for (let digit = content[at] ?? 0; digit >= ZERO && digit <= NINE && at - start < 4; digit = content[at] ?? 0) {
      value = value * 10 + digit - ZERO;
      at += 1;
    }
    const leadingZero = at - start > 1 && content[start] === ZERO;
    if (at === start || leadingZero || value > 255) throw refuse();
    return value;
  };
  take(OPEN);
  for (let index = 0; index < into.length; index += 1) {
    if (index > 0) take(COMMA);
    into[index] = number();
  }
  take(CLOSE);
  skipSpaces();
  if (at !== content.length) throw refuse();
}
