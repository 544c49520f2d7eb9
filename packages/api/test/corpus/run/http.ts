import type { Role } from '../cases/vector.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** `null` where the answer is no JSON object. */
  readonly json: { readonly [name: string]: unknown } | null;
  readonly headers: Headers;
}
export interface HttpCall {
  readonly method?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of a body. */
  readonly raw?: string;
  readonly headers?: { readonly [name: string]: string };
}
/** Who asks: credentials by role. */
export type Credentials = { readonly [role in Exclude<Role, 'nobody'>]: string };

/** Plain HTTP, so that whatever the service says is seen; everything it ever said is kept. */
export interface Http {
  ask(path: string, credential: string | null, call?: HttpCall): Promise<HttpAnswer>;
  readonly said: readonly string[];
}

export function createHttp(baseUrl: () => string): Http {
  const said: string[] = [];
  return {
    said,
    async ask(path, credential, { method = 'GET', body, raw, headers = {} } = {}) {
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(`${baseUrl()}${path}`, {
        method,
        headers: {
          ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(sent === undefined ? {} : { body: sent }),
        redirect: 'manual',
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      said.push(text);
      return { status: response.status, text, json: parse(text), headers: response.headers };
    },
  };
}

function parse(text: string): HttpAnswer['json'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as HttpAnswer['json']) : null;
  } catch {
    return null;
  }
}
