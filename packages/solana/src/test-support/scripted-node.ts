import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSolanaBlockchainAdapter, type SolanaBlockchainAdapter } from '../solana-blockchain-adapter.ts';

/** What a scripted node does with a call: answer it, or fail in one of the ways nodes fail. */
export type Answer =
  | { readonly result?: unknown; readonly error?: { readonly code: number; readonly message: string } }
  | 'hang'
  | 'break'
  | 'garbage'
  | '500';

const servers: Server[] = [];
const adapters: SolanaBlockchainAdapter[] = [];

/** Ends every node and adapter made here. */
export function endScriptedNodes(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const adapter of adapters.splice(0)) adapter.close();
}

/** A node on loopback that answers as told and keeps the methods it was asked for. */
export async function scriptedNode(
  answer: (method: string, asked: number, params: readonly unknown[]) => Answer,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string; params: unknown[] };
      asked.push(method);
      const given = answer(method, asked.length, params);
      if (given === 'break') request.socket.destroy();
      else if (given === 'garbage') response.end('<html>');
      else if (given === '500') response.writeHead(500).end('{"error":{"code":1,"message":"no"}}');
      else if (given !== 'hang') response.end(JSON.stringify({ jsonrpc: '2.0', id, ...given }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** An adapter that waits 200 ms for a node. */
export function adapterOf(...rpcUrls: readonly string[]): SolanaBlockchainAdapter {
  const options = { rpcUrls, timeoutMs: 200, clock: { nowMs: () => Date.now() }, computeUnitPriceMicroLamports: 0n };
  const adapter = createSolanaBlockchainAdapter(options);
  adapters.push(adapter);
  return adapter;
}
