import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** What one call to one node came to. `unreachable.sent` tells whether the node may have read the request. */
export type RpcOutcome =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data: unknown }
  | { readonly kind: 'unreachable'; readonly problem: string; readonly sent: boolean };

export interface JsonRpcNode {
  /** Never rejects; ends within the node's time limit, or within `atMostMs` where that is less: what was not sent by then never will be. */
  call(method: string, params: readonly unknown[], atMostMs?: number): Promise<RpcOutcome>;
  close(): void;
}

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Failures before a connection stood: the request cannot have arrived. */
const NOT_CONNECTED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const STALE_CONNECTION: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** A JSON-RPC 2.0 node over HTTP with kept connections. User and password in the URL are sent as Basic authorization. */
export function createJsonRpcNode(url: string, timeoutMs: number): JsonRpcNode {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true, maxSockets: 64 }) : new HttpAgent({ keepAlive: true, maxSockets: 64 });
  const base = {
    agent,
    method: 'POST',
    hostname: target.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: target.port || (secure ? 443 : 80),
    path: `${target.pathname}${target.search}`,
    ...(target.username ? { auth: `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}` } : {}),
  };
  let lastId = 0;

  const exchange = (body: Buffer, leftMs: number, mayRepeat = true): Promise<RpcOutcome> =>
    new Promise((resolve) => {
      const startedAtMs = performance.now();
      let sent = false;
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const request = (secure ? httpsRequest : httpRequest)({ ...base, headers });
      const timer = setTimeout(() => finish('no answer in time'), leftMs);
      const finish = (problem: string, arrived = sent): void => {
        clearTimeout(timer);
        resolve({ kind: 'unreachable', problem, sent: arrived });
        request.destroy();
      };
      request.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code ?? '';
        // The node closed a kept connection just as it was used again; every call here may be repeated.
        if (mayRepeat && request.reusedSocket && STALE_CONNECTION.has(code)) {
          clearTimeout(timer);
          resolve(exchange(body, Math.max(1, leftMs - (performance.now() - startedAtMs)), false));
          return;
        }
        finish(code || error.message, sent && !NOT_CONNECTED.has(code));
      });
      request.once('finish', () => {
        sent = true;
      });
      request.once('response', (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) return finish('the answer is too long');
          chunks.push(chunk);
        });
        response.once('error', (error) => finish(error.message));
        response.once('aborted', () => finish('the answer broke off'));
        response.once('end', () => {
          clearTimeout(timer);
          resolve(readAnswer(response.statusCode ?? 0, Buffer.concat(chunks)));
        });
      });
      request.end(body);
    });

  return {
    call: (method, params, atMostMs = timeoutMs) => {
      lastId += 1;
      return exchange(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params })), Math.min(timeoutMs, atMostMs));
    },
    close: () => agent.destroy(),
  };
}

function readAnswer(status: number, body: Buffer): RpcOutcome {
  const unreachable = (problem: string): RpcOutcome => ({ kind: 'unreachable', problem, sent: true });
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch {
    return unreachable(status === 200 ? 'the answer is not JSON' : `HTTP ${status}`);
  }
  if (typeof answer !== 'object' || answer === null) return unreachable(`HTTP ${status}, the answer is no JSON-RPC`);
  if ('error' in answer && typeof answer.error === 'object' && answer.error !== null) {
    const { code, message, data } = answer.error as { code?: unknown; message?: unknown; data?: unknown };
    if (status === 429 || status >= 500) return unreachable(`HTTP ${status}`);
    return {
      kind: 'error',
      code: typeof code === 'number' ? code : 0,
      message: typeof message === 'string' ? message : 'no message',
      data,
    };
  }
  if (status !== 200 || !('result' in answer)) return unreachable(`HTTP ${status}, the answer is no JSON-RPC`);
  return { kind: 'result', value: answer.result };
}
