import sodium from 'sodium-native';

/** Secret bytes in libsodium's guarded memory: locked, left out of core dumps, and inaccessible except inside `use`. */
export interface GuardedSecret {
  readonly bytes: number;
  /** Runs `read` on the bytes, read-only. They must not be kept beyond the call. Throws after `wipe`. */
  use<T>(read: (secret: Buffer) => T): T;
  /** Overwrites and frees the bytes; idempotent. */
  wipe(): void;
}

/** Allocates `length` guarded bytes, lets `fill` write them, and closes the memory. INVARIANT I9: the bytes never leave guarded memory. */
export function guardSecret(length: number, fill: (secret: Buffer) => void): GuardedSecret {
  const memory = sodium.sodium_malloc(length);
  let live = true;
  const wipe = (): void => {
    if (!live) return;
    live = false;
    sodium.sodium_mprotect_readwrite(memory);
    sodium.sodium_memzero(memory);
  };
  try {
    fill(memory);
  } catch (error) {
    wipe();
    throw error;
  }
  sodium.sodium_mprotect_noaccess(memory);
  return {
    bytes: length,
    use: (read) => {
      if (!live) throw new Error('secret was wiped');
      sodium.sodium_mprotect_readonly(memory);
      try {
        return read(memory);
      } finally {
        if (live) sodium.sodium_mprotect_noaccess(memory);
      }
    },
    wipe,
  };
}

/** Runs `work` with `length` guarded scratch bytes, wiped afterwards also when it fails. */
export async function withScratch<T>(length: number, work: (scratch: Buffer) => Promise<T> | T): Promise<T> {
  const scratch = sodium.sodium_malloc(length);
  try {
    return await work(scratch);
  } finally {
    sodium.sodium_memzero(scratch);
  }
}

/** The synchronous form of `withScratch`. */
export function withScratchSync<T>(length: number, work: (scratch: Buffer) => T): T {
  const scratch = sodium.sodium_malloc(length);
  try {
    return work(scratch);
  } finally {
    sodium.sodium_memzero(scratch);
  }
}

/** Whether this process may lock memory (RLIMIT_MEMLOCK): when not, secrets could reach swap space. */
export function canLockMemory(): boolean {
  const probe = sodium.sodium_malloc(32);
  try {
    sodium.sodium_mlock(probe);
    return true;
  } catch {
    return false;
  }
}
