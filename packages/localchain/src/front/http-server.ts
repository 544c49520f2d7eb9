/** JSON-RPC over HTTP/1.1 with keep-alive. Only `application/json` is taken, which a web page of another origin cannot send unasked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dispatch } from './dispatch.ts';
import type { RpcContext } from './rpc-context.ts';

const MOST_BODY_BYTES = 1 << 20;
/** Above the idle time after which usual clients drop a connection themselves, so that none is closed under a request. */
const KEEP_ALIVE_MS = 65_000;

export function createRpcServer(context: RpcContext): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    handle(context, request, response).catch((error: unknown) => {
      process.stderr.write(`localchain: ${error instanceof Error ? error.message : String(error)}\n`);
      response.destroy();
    });
  });
  return server;
}

async function handle(context: RpcContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET' && request.url === '/health') return answer(response, 200, 'ok', 'text/plain');
  if (request.method !== 'POST') return answer(response, 405, 'Used HTTP Method is not allowed. POST is required\n', 'text/plain');
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return answer(response, 415, 'Supplied content type is not allowed. Content-Type: application/json is required\n', 'text/plain');
  }
  const body = await bodyOf(request);
  if (body === null) return answer(response, 413, `The body is larger than ${MOST_BODY_BYTES} bytes\n`, 'text/plain');
  const text = await dispatch(context, body);
  if (text !== null) return answer(response, 200, text, 'application/json');
  if (!context.weather.isSilent()) answer(response, 204, '', 'text/plain');
}

/** `null` when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, text: string, type: string): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(text);
}
