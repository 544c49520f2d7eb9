import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Installed, installOnce, runTool } from '@countersign/testkit';

const VERSION = '1.5.33';

/** An AWS emulator from PyPI, that somebody else wrote: what it and our double both accept is not our own idea of KMS. */
export function installMinistack(): Promise<Installed> {
  return installOnce(`ministack-${VERSION}`, async (folder) => {
    await runTool('python3', ['-m', 'venv', folder], { timeoutMs: 120_000 });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '20'];
    await runTool(join(folder, 'bin', 'python'), [...pip, `ministack==${VERSION}`, 'cryptography'], { timeoutMs: 240_000 });
  });
}

/** Starts it on a free port of loopback. */
export async function startMinistack(folder: string): Promise<{ readonly endpoint: string; readonly close: () => Promise<void> }> {
  const port = await freePort();
  const child = spawn(join(folder, 'bin', 'ministack'), [], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
    },
  });
  const ended = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  for (let turn = 0; turn < 300; turn += 1) {
    if (child.exitCode !== null) break;
    if (await answers(endpoint)) return { endpoint, close };
    await sleep(200);
  }
  await close();
  throw new Error('ministack did not start');
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
