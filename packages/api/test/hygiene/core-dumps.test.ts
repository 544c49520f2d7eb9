import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Nothing answers there. */
const NOWHERE = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/nothing',
  SOLANA_RPC_URLS: 'http://127.0.0.1:9',
  SIGNER_SOCKET: '/nonexistent/countersign.sock',
  CLUSTER: 'localnet',
  PORT: '0',
};

let child: ChildProcess | null = null;
afterEach(() => child?.kill('SIGKILL'));

test('INVARIANT I9: the API process turns core dumps off where its user has them on', async () => {
  // The shell becomes the process: the same id, and whatever limit the user may set.
  const script = 'ulimit -c "$(ulimit -H -c)"; exec "$0" "$@"';
  const started = spawn('sh', ['-c', script, process.execPath, MAIN, '--die-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', ...NOWHERE },
  });
  child = started;
  for await (const _line of createInterface({ input: started.stdout })) break;
  expect(await readFile(`/proc/${started.pid}/limits`, 'utf8')).toMatch(/^Max core file size\s+0\s/m);
});
