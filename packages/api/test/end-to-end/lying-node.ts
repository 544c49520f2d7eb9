import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Rewrite = (params: readonly unknown[], result: unknown) => unknown;
/** A node in front of the chain that says what it likes to some questions. */
export interface LyingNode {
  readonly url: string;
  lie(method: string | null, rewrite?: Rewrite): void;
  /** How many answers were changed since the last lie began. */
  told(): number;
  close(): Promise<void>;
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

export async function startLyingNode(chainUrl: string): Promise<LyingNode> {
  let lies: { readonly method: string | null; readonly rewrite: Rewrite } = { method: null, rewrite: (_params, result) => result };
  let told = 0;
  const answer = async (call: Call): Promise<object> => {
    const response = await fetch(chainUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(call) });
    const said = (await response.json()) as { readonly result?: unknown };
    if (call.method !== lies.method || !('result' in said)) return said;
    told += 1;
    return { ...said, result: lies.rewrite(call.params ?? [], structuredClone(said.result)) };
  };
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as Call | readonly Call[];
      const said = Array.isArray(asked) ? await Promise.all((asked as readonly Call[]).map(answer)) : await answer(asked as Call);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(said));
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lie(method, rewrite = (_params, result) => result) {
      lies = { method, rewrite };
      told = 0;
    },
    told: () => told,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
