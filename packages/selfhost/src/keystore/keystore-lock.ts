import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyFileError } from './key-file-problem.ts';

const LOCK_FILE = 'signer.lock';

/**
 * One process per keystore: two would each count the caps for themselves. The file names the process by id, start time and boot, so a
 * file left by a killed process is replaced and a recycled process id is not taken for it.
 */
export async function lockKeystore(directory: string): Promise<{ readonly release: () => Promise<void> }> {
  const path = join(directory, LOCK_FILE);
  const mine = await describeProcess(process.pid);
  for (let turn = 0; turn < 3; turn += 1) {
    try {
      const handle = await open(path, 'wx', 0o600);
      await handle.writeFile(mine);
      await handle.close();
      if ((await readFile(path, 'utf8')) === mine) return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const held = await readFile(path, 'utf8').catch(() => '');
      if (held !== '' && (await isAlive(held)))
        throw new KeyFileError('in_use', LOCK_FILE, `another signer (process ${held.split(' ')[0]}) has this keystore open`);
      await rm(path, { force: true });
    }
  }
  throw new KeyFileError('in_use', LOCK_FILE, 'another signer is opening this keystore');
}

async function isAlive(held: string): Promise<boolean> {
  const id = Number(held.split(' ')[0]);
  if (!Number.isSafeInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (await describeProcess(id)) === held;
}

async function describeProcess(id: number): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie was killed and only waits for its parent to notice: it holds nothing.
  const started = fields[0] === 'Z' ? 'dead' : (fields[19] ?? 'unknown');
  return `${id} ${started} ${boot.trim()}`;
}
