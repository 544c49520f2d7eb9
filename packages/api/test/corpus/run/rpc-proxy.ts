import { createServer } from 'node:http';
import { type AddressInfo, createConnection, createServer as createSocketServer, type Socket } from 'node:net';

type Rewrite = (method: string, params: readonly unknown[], result: unknown) => unknown;
/** Answers in the place of a result: an error of the node. */
export class NodeError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A JSON-RPC node that passes on what another says, or something else. */
export interface LyingNode {
  readonly url: string;
  /** `null`: honest. */
  lie(rewrite: Rewrite | null): void;
  /** Gives no answer to a method until the time is over, then the right one. */
  slow(method: string | null, ms: number): void;
  close(): Promise<void>;
}

export async function startLyingNode(upstream: string): Promise<LyingNode> {
  let rewrite: Rewrite | null = null;
  let slow: { readonly method: string; readonly ms: number } | null = null;
  const answerOne = async (request: {
    readonly id: unknown;
    readonly method: string;
    readonly params?: readonly unknown[];
  }): Promise<object> => {
    if (slow?.method === request.method) await new Promise((resolve) => setTimeout(resolve, slow?.ms));
    const response = await fetch(upstream, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const answer = (await response.json()) as { readonly result?: unknown };
    if (rewrite === null || !('result' in answer)) return answer;
    const told = rewrite(request.method, request.params ?? [], answer.result);
    if (told instanceof NodeError) return { jsonrpc: '2.0', id: request.id, error: { code: -32_000, message: told.message } };
    return { ...answer, result: told };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      try {
        const asked = JSON.parse(Buffer.concat(chunks).toString());
        const answer = Array.isArray(asked) ? await Promise.all(asked.map(answerOne)) : await answerOne(asked);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
      } catch {
        response.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lie: (told) => {
      rewrite = told;
    },
    slow: (method, ms) => {
      slow = method === null ? null : { method, ms };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A connection that can be cut: TCP by port, or a Unix socket by path. */
export interface Line {
  readonly port: number;
  /** `cut`: refused and dropped. `hang`: taken, and nothing comes through. */
  set(state: 'up' | 'cut' | 'hang'): void;
  close(): Promise<void>;
}
export async function startLine(to: { readonly port: number } | { readonly path: string }, at: number | string = 0): Promise<Line> {
  let state: 'up' | 'cut' | 'hang' = 'up';
  const open = new Set<Socket>();
  const server = createSocketServer((near) => {
    open.add(near);
    near.on('error', () => undefined);
    near.once('close', () => open.delete(near));
    if (state === 'cut') return void near.destroy();
    const far = 'port' in to ? createConnection(to.port, '127.0.0.1') : createConnection(to.path);
    far.on('error', () => near.destroy());
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    near.on('data', (chunk) => {
      if (state === 'up') far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (state === 'up') near.write(chunk);
    });
  });
  await new Promise<void>((resolve) => (typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve)));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    set(next) {
      state = next;
      if (next !== 'hang') for (const each of open) each.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const each of open) each.destroy();
        server.close(() => resolve());
      }),
  };
}
