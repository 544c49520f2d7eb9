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
  answer: (method: string, asked: number, params: readonly unknown[]) => Answer | Promise<Answer>,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string; params: unknown[] };
      asked.push(method);
      const given = await answer(method, asked.length, params);
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

/** What an honest node answers; a lie changes it or gives another answer. */
export type Lie = (method: string, result: unknown, params: readonly unknown[]) => unknown;

/** A node that asks an honest one and tells what the lie makes of the answer; `undefined` leaves it. */
export function lyingNode(honestUrl: string, lie: Lie): Promise<{ readonly url: string; readonly asked: string[] }> {
  return scriptedNode(async (method, _, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(honestUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
    if (error) return { error };
    const told = lie(method, result, params);
    return { result: told === undefined ? result : told };
  });
}

/** An adapter that waits a second for a node. */
export function adapterOf(...rpcUrls: readonly string[]): SolanaBlockchainAdapter {
  return adapterWaiting(1_000, ...rpcUrls);
}

export function adapterWaiting(timeoutMs: number, ...rpcUrls: readonly string[]): SolanaBlockchainAdapter {
  const options = { rpcUrls, timeoutMs, clock: { nowMs: () => Date.now() }, computeUnitPriceMicroLamports: 0n };
  const adapter = createSolanaBlockchainAdapter(options);
  adapters.push(adapter);
  return adapter;
}
