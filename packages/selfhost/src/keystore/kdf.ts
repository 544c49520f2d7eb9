import sodium from 'sodium-native';
import { KeyFileError } from './key-file-problem.ts';

/** Argon2id (RFC 9106, version 1.3, one lane) as libsodium runs it. */
export interface KdfParameters {
  readonly memoryKib: number;
  readonly passes: number;
}
/** The same with the salt, as a file stores it. */
export interface StoredKdf extends KdfParameters {
  readonly algorithm: 'argon2id13';
  /** 16 bytes as 32 hex digits. */
  readonly salt: string;
}
/** The least that a file may name; a file below it is refused and never opened. */
export type KdfFloor = KdfParameters;

export const DEFAULT_KDF: KdfParameters = { memoryKib: 256 * 1024, passes: 3 };
/** libsodium's "interactive" strength: the least that the signer and the command line accept. */
export const KDF_FLOOR: KdfFloor = { memoryKib: 64 * 1024, passes: 2 };
const CEILING: KdfParameters = { memoryKib: 4 * 1024 * 1024, passes: 64 };

export const DERIVED_KEY_BYTES = 32;

export function newStoredKdf(parameters: KdfParameters, floor: KdfFloor, file: string): StoredKdf {
  const salt = Buffer.alloc(sodium.crypto_pwhash_SALTBYTES);
  sodium.randombytes_buf(salt);
  const stored: StoredKdf = {
    algorithm: 'argon2id13',
    memoryKib: parameters.memoryKib,
    passes: parameters.passes,
    salt: salt.toString('hex'),
  };
  assertKdf(stored, floor, file);
  return stored;
}

/** Reads the `kdf` object of a file: exactly its four fields. */
export function readStoredKdf(value: unknown, floor: KdfFloor, file: string): StoredKdf {
  const map = value as { readonly [name: string]: unknown } | null;
  const { algorithm, memoryKib, passes, salt } = (typeof map === 'object' && map !== null ? map : {}) as Record<string, unknown>;
  if (algorithm !== 'argon2id13' || typeof memoryKib !== 'number' || typeof passes !== 'number' || typeof salt !== 'string')
    throw new KeyFileError('malformed', file, 'kdf is not {algorithm: "argon2id13", memoryKib, passes, salt}');
  const stored: StoredKdf = { algorithm, memoryKib, passes, salt };
  assertKdf(stored, floor, file);
  return stored;
}

function assertKdf(kdf: StoredKdf, floor: KdfFloor, file: string): void {
  const whole = Number.isSafeInteger(kdf.memoryKib) && Number.isSafeInteger(kdf.passes);
  if (!whole || kdf.memoryKib > CEILING.memoryKib || kdf.passes > CEILING.passes || !/^[0-9a-f]{32}$/.test(kdf.salt))
    throw new KeyFileError('malformed', file, 'kdf parameters are out of range');
  if (kdf.memoryKib < floor.memoryKib || kdf.passes < floor.passes)
    throw new KeyFileError(
      'kdf_below_floor',
      file,
      `Argon2id ${kdf.memoryKib} KiB/${kdf.passes} passes is below the floor of ${floor.memoryKib} KiB/${floor.passes}`,
    );
}

/**
 * Writes 32 derived bytes to `output` (guarded memory) in a worker thread. INVARIANT I9: Argon2 leaves what it derived on the stack of that
 * thread, so runs over nothing follow, on every thread of the pool, whose results take its place.
 */
export async function derivePassphraseKey(output: Buffer, passphrase: Buffer, kdf: StoredKdf): Promise<void> {
  const { memoryKib, passes } = kdf;
  await argon2id(output, passphrase, Buffer.from(kdf.salt, 'hex'), { memoryKib, passes });
  const short = { memoryKib: Math.min(memoryKib, OVERWRITING_KIB), passes: 1 };
  const nothing = Buffer.alloc(sodium.crypto_pwhash_SALTBYTES);
  await Promise.all(
    Array.from({ length: 2 * WORKER_THREADS }, () => argon2id(Buffer.alloc(DERIVED_KEY_BYTES), Buffer.alloc(1), nothing, short)),
  );
}

/** Long enough that no thread takes two of these runs before each has taken one. */
const OVERWRITING_KIB = 8 * 1024;
/** libuv's pool. */
const WORKER_THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);

function argon2id(output: Buffer, passphrase: Buffer, salt: Buffer, { memoryKib, passes }: KdfParameters): Promise<void> {
  return new Promise((resolve, reject) => {
    sodium.crypto_pwhash_async(output, passphrase, salt, passes, memoryKib * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}
