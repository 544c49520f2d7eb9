import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { ClientProblem, CountersignClient, WalletView } from '@countersign/sdk';
import type { Result } from '../result.ts';

/**
 * What `freeze` needs of the service, over node:http alone: an emergency stop waits for no schema library and no fetch to load, and works where
 * they are broken. It sends exactly what the SDK's client sends (direct-client.test.ts compares them), and is used for nothing else.
 */
export type DirectClient = Pick<CountersignClient, 'eachWallet' | 'whoami' | 'freeze'>;

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 4_194_304;

export function createDirectClient(options: { readonly baseUrl: string; readonly credential: string }): DirectClient {
  const call = <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<Result<T, ClientProblem>> =>
    send(options, method, path, body);
  return {
    eachWallet: () => pages((cursor) => call('GET', `/v1/wallets${cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`}`)),
    whoami: () => call('GET', '/v1/whoami'),
    freeze: (wallet, body = {}) => call('POST', `/v1/wallets/${encodeURIComponent(wallet)}/freeze`, body),
  };
}

interface Page {
  readonly items: readonly WalletView[];
  readonly nextCursor: string | null;
}

async function* pages(
  getPage: (cursor: string | null) => Promise<Result<Page, ClientProblem>>,
): AsyncGenerator<Result<WalletView, ClientProblem>, void, void> {
  for (let cursor: string | null = null; ; ) {
    const page: Result<Page, ClientProblem> = await getPage(cursor);
    if (!page.ok) {
      yield page;
      return;
    }
    for (const value of page.value.items) yield { ok: true, value };
    cursor = page.value.nextCursor;
    if (cursor === null) return;
  }
}

function send<T>(
  { baseUrl, credential }: { readonly baseUrl: string; readonly credential: string },
  method: 'GET' | 'POST',
  path: string,
  body: object | undefined,
): Promise<Result<T, ClientProblem>> {
  const silence = (reason: 'timeout' | 'unreachable' | 'unreadable_answer', detail: string, status: number | null = null) =>
    ({ ok: false, error: { code: 'transport_failed', reason, detail, status } }) as const;
  const text = body === undefined ? null : JSON.stringify(body);
  const headers = {
    accept: 'application/json, application/problem+json',
    authorization: `Bearer ${credential}`,
    ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
  };
  return new Promise((resolve) => {
    const url = new URL(`${baseUrl}${path}`);
    const start = url.protocol === 'https:' ? overHttps : overHttp;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const fail = (error: Error): void =>
      resolve(
        signal.aborted
          ? silence('timeout', `no answer from ${baseUrl} within ${TIMEOUT_MS} ms`)
          : silence('unreachable', `no answer from ${baseUrl}: ${error.message}`),
      );
    const request = start(url, { method, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        const value = parseObject(Buffer.concat(chunks).toString('utf8'));
        if (value === null) resolve(silence('unreadable_answer', `the answer (${status}) is not a JSON object`, status));
        else if (status >= 200 && status < 300) resolve({ ok: true, value: value as T });
        else if ('code' in value && 'title' in value) resolve({ ok: false, error: value as unknown as ClientProblem });
        else resolve(silence('unreadable_answer', `the answer (${status}) is not in the form of the interface`, status));
      });
    });
    request.on('error', fail);
    request.end(text);
  });
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
