import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK_BYTES = 8 * 1024 * 1024;

/** Names of what stands in the pages of a process that it can read itself: its heap, its stacks, its files. */
export function searchMemory(pid: number, needles: ReadonlyMap<string, Buffer>): ReadonlySet<string> {
  const overlap = Math.max(...[...needles.values()].map(({ length }) => length));
  const buffer = Buffer.alloc(CHUNK_BYTES + overlap);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const found = new Set<string>();
  try {
    for (const [from, to] of readableOf(pid))
      for (let at = from; at < to; at += CHUNK_BYTES) {
        const content = buffer.subarray(0, readAt(memory, buffer, at, Math.min(buffer.length, to - at)));
        for (const [name, needle] of needles) if (!found.has(name) && content.includes(needle)) found.add(name);
      }
    return found;
  } finally {
    closeSync(memory);
  }
}

function readableOf(pid: number): (readonly [from: number, to: number])[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, from = '', to = '', name = ''] = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
      // What the kernel lends every process cannot be read this way.
      return from === '' || /^\[(vvar|vsyscall|vdso)/.test(name) ? [] : [[Number.parseInt(from, 16), Number.parseInt(to, 16)] as const];
    });
}

function readAt(descriptor: number, buffer: Buffer, at: number, length: number): number {
  try {
    return readSync(descriptor, buffer, 0, length, at);
  } catch {
    return 0;
  }
}
