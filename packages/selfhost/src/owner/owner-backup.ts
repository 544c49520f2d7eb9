import { basename } from 'node:path';
import { type Address, address, decodeBase58, encodeBase58, type Result, sha256, sha256Hex } from '@countersign/core';
import { assertOneSpelling, formatDocument, hexField, parseDocument } from '../keystore/canonical-json.ts';
import type { KdfFloor } from '../keystore/kdf.ts';
import { KeyFileError, type KeyFileProblem } from '../keystore/key-file-problem.ts';
import { asResult, readKeyFile } from './key-file-access.ts';
import { formatBackupLines, LINE_BYTES, parseBackupLines } from './owner-backup-lines.ts';
import { formatSealedOwnerFile, readSealedOwnerFile, SEALED_BYTES, type SealedOwnerFile } from './sealed-owner-file.ts';
import type { SealedOwnerPlace } from './sealed-owner-key.ts';

/** A copy of a sealed owner key, for keeping elsewhere: useless without its passphrase, and worthless when that is forgotten. */
export interface OwnerBackup {
  readonly owner: Address;
  /** Content of a backup file. */
  readonly file: string;
  /** The same to print, and to type in again: a heading and numbered lines with a check each. */
  readonly print: string;
}

const FORMAT = 'countersign-owner-backup';
const TITLE = 'Countersign owner backup v1';
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** memory in KiB, passes (both u32, big-endian), salt, box public key, owner, sealed box. */
const PAYLOAD_BYTES = 8 + SALT_BYTES + 2 * KEY_BYTES + SEALED_BYTES;
const LINES = PAYLOAD_BYTES / LINE_BYTES + 1;

/** Reads the key file, which stays as it is; needs no passphrase, and so cannot tell whether the file would open. */
export async function exportOwnerBackup(input: SealedOwnerPlace): Promise<Result<OwnerBackup, KeyFileProblem>> {
  return asResult(async () => {
    const content = readSealedOwnerFile(await readKeyFile(input.path), input.kdfFloor, basename(input.path));
    const payload = encodePayload(content);
    const lines = formatBackupLines(Buffer.concat([payload, sha256(payload).subarray(0, LINE_BYTES)]));
    const heading = [TITLE, `owner: ${content.owner}`, 'Opens with the passphrase of this key, which is not on this page.', ''];
    return { owner: content.owner, file: formatBackupFile(content), print: `${[...heading, ...lines].join('\n')}\n` };
  });
}

/** Reads either form back into the content of a sealed key file. Errors: `malformed`, `unsupported_version`, `kdf_below_floor`. */
export function readOwnerBackup(backup: Uint8Array, floor: KdfFloor, file: string): { readonly owner: Address; readonly text: string } {
  const begin = Buffer.from(backup.subarray(0, 64)).toString('latin1').trimStart();
  const content = begin.startsWith('{') ? parseBackupFile(backup, floor, file) : parsePrinted(Buffer.from(backup).toString('utf8'), file);
  const text = formatSealedOwnerFile(content);
  return { owner: readSealedOwnerFile(Buffer.from(text), floor, file).owner, text };
}

function formatBackupFile(content: SealedOwnerFile): string {
  const { kdf, boxPublicKey, owner, sealed } = content;
  const check = sha256Hex(Buffer.from(formatSealedOwnerFile(content)));
  return formatDocument({ format: FORMAT, version: 1, kdf, boxPublicKey, owner, sealed, sha256: check });
}

function parseBackupFile(bytes: Uint8Array, floor: KdfFloor, file: string): SealedOwnerFile {
  const map = parseDocument(bytes, FORMAT, 1, file);
  const { kdf, boxPublicKey, owner, sealed } = map;
  const inner = { format: 'countersign-sealed-owner-key', version: 1, kdf, boxPublicKey, owner, sealed };
  const content = readSealedOwnerFile(Buffer.from(formatDocument(inner)), floor, file);
  const check = hexField(map, 'sha256', 32, file);
  if (check !== sha256Hex(Buffer.from(formatSealedOwnerFile(content))))
    throw new KeyFileError('malformed', file, 'does not fit its checksum: it was damaged or changed');
  assertOneSpelling(bytes, { format: FORMAT, version: 1, ...content, sha256: check }, file);
  return content;
}

function parsePrinted(text: string, file: string): SealedOwnerFile {
  const [, version] = /countersign owner backup v([0-9]+)/i.exec(text) ?? [];
  if (version !== undefined && version !== '1')
    throw new KeyFileError('unsupported_version', file, 'has a version other than 1; nothing was changed');
  const bytes = parseBackupLines(text, LINES, file);
  const payload = bytes.subarray(0, PAYLOAD_BYTES);
  if (!Buffer.from(bytes.subarray(PAYLOAD_BYTES)).equals(Buffer.from(sha256(payload).subarray(0, LINE_BYTES))))
    throw new KeyFileError('malformed', file, 'holds lines of different backups: its last line does not fit the others');
  return decodePayload(Buffer.from(payload));
}

function encodePayload({ kdf, boxPublicKey, owner, sealed }: SealedOwnerFile): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(kdf.memoryKib, 0);
  numbers.writeUInt32BE(kdf.passes, 4);
  const ownerBytes = decodeBase58(owner) ?? Buffer.alloc(0);
  return Buffer.concat([numbers, Buffer.from(kdf.salt + boxPublicKey, 'hex'), ownerBytes, Buffer.from(sealed, 'hex')]);
}

function decodePayload(payload: Buffer): SealedOwnerFile {
  let at = 8;
  const next = (length: number): Buffer => {
    at += length;
    return payload.subarray(at - length, at);
  };
  const salt = next(SALT_BYTES).toString('hex');
  const boxPublicKey = next(KEY_BYTES).toString('hex');
  const owner = address(encodeBase58(next(KEY_BYTES)));
  const kdf = { algorithm: 'argon2id13', memoryKib: payload.readUInt32BE(0), passes: payload.readUInt32BE(4), salt } as const;
  return { kdf, boxPublicKey, owner, sealed: next(SEALED_BYTES).toString('hex') };
}
