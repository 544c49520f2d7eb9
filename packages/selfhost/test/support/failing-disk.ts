import type * as files from 'node:fs/promises';

/** A disk that stops taking changes after so many of them, as it does for a process that is killed there. */
export interface FailingDisk {
  /** From the `count`-th change on, from 1, nothing changes any more. */
  failAfter(count: number): void;
  /** Takes changes again; gives how many were asked for since `failAfter`. */
  mend(): number;
}

let left = Number.POSITIVE_INFINITY;
let asked = 0;
export const failingDisk: FailingDisk = {
  failAfter: (count) => {
    left = count;
    asked = 0;
  },
  mend: () => {
    left = Number.POSITIVE_INFINITY;
    return asked;
  },
};

function change<Call extends (...given: never[]) => Promise<unknown>>(call: Call): Call {
  return (async (...given) => {
    asked += 1;
    left -= 1;
    if (left < 0) throw Object.assign(new Error('the disk is gone'), { code: 'EIO' });
    return call(...given);
  }) as Call;
}

/** `node:fs/promises` whose changes go through the failing disk: for `vi.mock`. */
export function onFailingDisk(real: typeof files): typeof files {
  const open = change(real.open);
  return {
    ...real,
    ...{ mkdir: change(real.mkdir), rename: change(real.rename), rm: change(real.rm), chmod: change(real.chmod) },
    // Opening to read changes nothing.
    open: ((path, flags, mode) => (flags === 'r' ? real.open(path, flags, mode) : open(path, flags, mode))) as typeof files.open,
  };
}
