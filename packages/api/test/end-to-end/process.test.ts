import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Nothing answers there. */
const NOWHERE = {
  DATABASE_URL: 'postgresql://nobody:canary@127.0.0.1:9/nothing',
  SOLANA_RPC_URLS: 'http://127.0.0.1:9/canary',
  SIGNER_SOCKET: '/nonexistent/countersign.sock',
  CLUSTER: 'localnet',
  PORT: '0',
};

describe('the process', () => {
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const server of servers.splice(0)) server.close();
  });

  function start(env: { readonly [name: string]: string }, args: readonly string[] = []) {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    children.push(child);
    const wrote = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      wrote.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      wrote.err += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    const listening = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        if (wrote.out.includes('\n')) resolve((JSON.parse(wrote.out) as { readonly url: string }).url);
      });
      ended.then(() => reject(new Error(wrote.err)));
    });
    listening.catch(() => undefined);
    return { child, wrote, ended, listening };
  }

  test('ends with 78 and a line for each thing that is wrong', async () => {
    const { wrote, ended } = start({ ...NOWHERE, CLUSTER: 'moon', PORT: 'x', COUNTERSIGN_X: '1' });
    expect(await ended).toBe(78);
    expect(wrote.out).toBe('');
    expect(wrote.err.trim().split('\n')).toEqual([
      'countersign-api: COUNTERSIGN_X is not a setting',
      'countersign-api: PORT must be a whole number from 0 to 65535',
      'countersign-api: CLUSTER must be localnet, devnet, testnet or mainnet',
    ]);
    expect(await start(NOWHERE, ['--unknown']).ended).toBe(78);
  });

  test('ends with 1 and one line when the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { readonly port: number };
    const { wrote, ended } = start({ ...NOWHERE, PORT: String(port) });
    expect(await ended).toBe(1);
    expect(wrote.err.trim()).toBe(`countersign-api: port ${port} on 127.0.0.1 is in use: stop what listens there, or set PORT`);
  });

  test('listens with everything away, says what it waits for, and ends well', async () => {
    const { child, wrote, ended, listening } = start(NOWHERE);
    const url = await listening;
    expect(wrote.out.trim().split('\n')).toHaveLength(1);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    const text = await ready.text();
    for (const name of ['database', 'chain', 'signer', 'clock']) expect(text).toContain(`"name":"${name}","ok":false`);
    expect((await fetch(`${url}/v1/whoami`, { headers: { authorization: 'Bearer cs_x' } })).status).toBe(503);
    expect(`${text}${wrote.err}`).not.toContain('canary');
    const startedMs = Date.now();
    child.kill('SIGTERM');
    expect(await ended, wrote.err).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(5_000);
  });

  test('--die-with-parent: ends when standard input closes', async () => {
    const { child, ended, listening } = start(NOWHERE, ['--die-with-parent']);
    await listening;
    child.stdin?.end();
    expect(await ended).toBe(0);
  });

  test('ends with 78 when the chain is another network', async () => {
    const { createServer: createHttpServer } = await import('node:http');
    const chain = createHttpServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        const { id } = JSON.parse(body) as { readonly id: unknown };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d' }));
      });
    }).listen(0, '127.0.0.1');
    servers.push(chain);
    await new Promise((resolve) => chain.once('listening', resolve));
    const { port } = chain.address() as { readonly port: number };
    const { wrote, ended } = start({ ...NOWHERE, SOLANA_RPC_URLS: `http://127.0.0.1:${port}` });
    expect(await ended).toBe(78);
    expect(wrote.err).toContain('countersign-api: CLUSTER is localnet, but SOLANA_RPC_URLS lead to mainnet');
  });
});
