import { fail, ok, type Result } from '@countersign/core';
import type { z } from 'zod';
import { type Problem, problemSchema } from './schemas/common.ts';

/** No answer, or none that could be read. Nothing is known about what the service did: repeat with the same Idempotency-Key, or look. */
export interface TransportProblem {
  readonly code: 'transport_failed';
  readonly reason: 'timeout' | 'unreachable' | 'unreadable_answer';
  readonly detail: string;
  /** The HTTP status, when an answer came that could not be read. */
  readonly status: number | null;
}
export type ClientProblem = Problem | TransportProblem;

/** Whether there was no readable answer, as opposed to an answer that says no. */
export function isTransportProblem(problem: ClientProblem): problem is TransportProblem {
  return problem.code === 'transport_failed' && !('type' in problem);
}

export interface ClientOptions {
  /** Where the service answers, such as `http://127.0.0.1:7070`. */
  readonly baseUrl: string;
  /** `cs_<role>_…`; `null` for what needs none: signing in, and freezing by the owner's statement. */
  readonly credential: string | null;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** `globalThis.fetch` when absent. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface Call<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: object | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly answer: z.ZodType<T>;
  /** Statuses other than 2xx whose body is an answer and no problem. */
  readonly alsoAnswers?: readonly number[] | undefined;
}
/** A successful answer and its headers. */
export interface Answer<T> {
  readonly value: T;
  readonly headers: Headers;
}
export type Send = <T>(call: Call<T>) => Promise<Result<Answer<T>, ClientProblem>>;

/** Sends one call and reads its answer by its schema. Never throws for what the network or the service does; never repeats by itself. */
export function createSend(options: ClientOptions): Send {
  const send = options.fetch ?? globalThis.fetch;
  const base = options.baseUrl.replace(/\/+$/, '');
  return async ({ method, path, query, body, headers, answer, alsoAnswers }) => {
    const transport = (reason: TransportProblem['reason'], detail: string, status: number | null = null) =>
      fail<ClientProblem>({ code: 'transport_failed', reason, detail, status });
    let response: Response;
    let text: string;
    try {
      response = await send(`${base}${path}${queryText(query)}`, {
        method,
        headers: {
          accept: 'application/json, application/problem+json',
          ...(options.credential === null ? {} : { authorization: `Bearer ${options.credential}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError')
        return transport('timeout', `no answer from ${base} within ${options.timeoutMs} ms`);
      return transport('unreachable', `no answer from ${base}: ${wordsOf(error)}`);
    }
    const { status } = response;
    const value = parseJson(text);
    if (value === undefined) return transport('unreadable_answer', `the answer (${status}) is not JSON`, status);
    const isAnswer = response.ok || (alsoAnswers?.includes(status) === true && answer.safeParse(value).success);
    const schema: z.ZodType<unknown> = isAnswer ? answer : problemSchema;
    const parsed = schema.safeParse(value);
    if (!parsed.success) return transport('unreadable_answer', `the answer (${status}) is not in the form of the interface`, status);
    if (!isAnswer) return fail(parsed.data as Problem);
    return ok({ value: parsed.data as never, headers: response.headers });
  };
}

function queryText(query: object | undefined): string {
  const entries = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  );
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
