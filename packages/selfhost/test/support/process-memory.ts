import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** One mapping of a process: `readable` as its pages are set now. */
export interface Mapping {
  readonly from: number;
  readonly to: number;
  readonly readable: boolean;
  /** `VmFlags` of smaps: `lo` locked, `dd` left out of core dumps. */
  readonly flags: readonly string[];
}

/** Everything that a process has mapped, without what the kernel lends it. */
export function mappingsOf(pid: number): readonly Mapping[] {
  const mappings: Mapping[] = [];
  let current: { from: number; to: number; readable: boolean } | null = null;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$/.exec(line);
    if (head) {
      const [, from = '0', to = '0', permissions = '', name = ''] = head;
      const lent = /^\[(vvar|vsyscall|vdso)/.test(name);
      current = lent ? null : { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), readable: permissions.startsWith('r') };
    } else if (current && line.startsWith('VmFlags:')) {
      mappings.push({ ...current, flags: line.slice(8).trim().split(/\s+/) });
    }
  }
  return mappings;
}

const CHUNK = 8 * 1024 * 1024;

/** Which of `needles` stand in these mappings, by name, with the mapping. Pages that cannot be read at all hold nothing. */
export function searchMemory(
  pid: number,
  mappings: readonly Mapping[],
  needles: ReadonlyMap<string, Uint8Array>,
): readonly { readonly name: string; readonly mapping: Mapping }[] {
  const overlap = Math.max(...[...needles.values()].map(({ length }) => length));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(CHUNK + overlap);
  const found: { readonly name: string; readonly mapping: Mapping }[] = [];
  try {
    for (const mapping of mappings) {
      const names = new Set<string>();
      for (let at = mapping.from; at < mapping.to; at += CHUNK) {
        const length = readAt(memory, buffer, at, Math.min(buffer.length, mapping.to - at));
        const content = buffer.subarray(0, length);
        for (const [name, needle] of needles) if (content.includes(Buffer.from(needle))) names.add(name);
      }
      for (const name of names) found.push({ name, mapping });
    }
    return found;
  } finally {
    closeSync(memory);
  }
}

function readAt(descriptor: number, buffer: Buffer, at: number, length: number): number {
  try {
    return readSync(descriptor, buffer, 0, length, at);
  } catch {
    return 0;
  }
}
