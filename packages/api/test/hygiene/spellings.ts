import { encodeBase58 } from '@countersign/core';

/** Every way in which bytes of a key could stand in memory, in a log, in an answer or in a table. */
export function spellingsOf(name: string, bytes: Buffer): readonly (readonly [string, Buffer])[] {
  const base64 = bytes.toString('base64').replaceAll('=', '');
  const texts = [
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    base64,
    bytes.toString('base64url'),
    encodeBase58(bytes),
    bytes.join(','),
    bytes.join(', '),
  ];
  return [[`${name}, raw`, bytes], ...texts.flatMap((text, at) => textSpellings(`${name}, spelling ${at}`, text))];
}

/** A text as it stands in a file, and as an engine keeps one that is not all Latin-1. */
export function textSpellings(name: string, text: string): readonly (readonly [string, Buffer])[] {
  return [
    [name, Buffer.from(text)],
    [`${name}, in UTF-16`, Buffer.from(text, 'utf16le')],
  ];
}
