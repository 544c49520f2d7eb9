import type { Credential, Dependencies, Result, Role } from '@countersign/core';
import type { z } from 'zod';
import type { Refusal } from '../problems/problem-codes.ts';
import type { Backend } from './backend.ts';

/**
 * Who may call a route. `public`: anyone. `operational`: anyone where the service is bound to this machine, an operator elsewhere.
 * Roles: a credential of one of them; agents and owners only ever see their own wallets: a path with `{wallet}` of another answers 404.
 * `signature`: also without a credential, a few times a minute from one address; what decides is an owner's signature in the body, which the
 * handler judges, or asking what to sign. A credential that is sent all the same is judged as everywhere, whatever its role.
 */
export type Access = 'public' | 'operational' | readonly (Role | 'signature')[];

/** What every route declares; a route without it does not start (declared-routes.ts). */
export interface RouteDeclaration {
  readonly access: Access;
  /**
   * `required`: an Idempotency-Key. `signed_bytes`: none, since what is handed in are signatures over exact bytes, which land at most once
   * however often they come.
   */
  readonly idempotency: 'required' | 'signed_bytes' | 'none';
  /** The audit action that a successful call appends, `none` where it changes nothing. */
  readonly audit: string;
  /** Whether a call can lead to money leaving a vault; `idempotency` then may not be `none`. */
  readonly movesMoney: boolean;
}

export interface Call<Params, Query, Body> extends OpenCall<Params, Query, Body> {
  readonly caller: Credential;
}
/** A call that may have come without a credential. */
export interface OpenCall<Params, Query, Body> {
  readonly deps: Dependencies;
  readonly backend: Backend;
  readonly caller: Credential | null;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly requestId: string;
  readonly idempotencyKey: string | null;
  readonly dryRun: boolean;
}
export interface Reply {
  readonly status: number;
  readonly content: { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'text'; readonly text: string };
  readonly headers: { readonly [name: string]: string };
}

/** One route of the interface: what it takes, what it answers, and who may call it. */
export interface Route extends RouteDeclaration {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly summary: string;
  readonly tag: string;
  /** What the caller would do, for the words of a refusal: "freeze a wallet". */
  readonly action: string;
  readonly params: z.ZodType<unknown>;
  readonly query: z.ZodType<unknown>;
  readonly body: z.ZodType<unknown> | null;
  readonly headers: z.ZodType<unknown> | null;
  readonly answers: { readonly [status: number]: z.ZodType<unknown> };
  handle(call: OpenCall<unknown, unknown, unknown>): Promise<Result<Reply, Refusal>>;
}

type Spec<Params, Query, Body, Asked> = Omit<Route, 'params' | 'query' | 'body' | 'headers' | 'handle'> & {
  readonly params: z.ZodType<Params>;
  readonly query: z.ZodType<Query>;
  /** `null`: the route takes no body. */
  readonly body: z.ZodType<Body> | null;
  readonly headers?: z.ZodType<unknown>;
  handle(call: Asked): Promise<Result<Reply, Refusal>>;
};

/** Types a route's handler by its schemas and forgets the types again, so that routes of all kinds stand in one list. */
export function route<Params, Query, Body>(
  spec: Spec<Params, Query, Body, Call<Params, Query, Body>> & { readonly access: 'public' | 'operational' | readonly Role[] },
): Route {
  return openRoute<Params, Query, Body>({
    ...spec,
    handle: (call) => {
      const { caller } = call;
      if (caller === null) throw new Error(`${spec.url} was reached without a caller`);
      return spec.handle({ ...call, caller });
    },
  });
}

/** The same for a route that may be called without a credential (`signature`). */
export function openRoute<Params, Query, Body>(spec: Spec<Params, Query, Body, OpenCall<Params, Query, Body>>): Route {
  return { ...spec, headers: spec.headers ?? null, handle: (call) => spec.handle(call as OpenCall<Params, Query, Body>) };
}

interface Answered {
  readonly ok: true;
  readonly value: Reply;
}
export function answer(status: number, value: unknown, headers: Reply['headers'] = {}): Answered {
  return { ok: true, value: { status, content: { kind: 'value', value }, headers } };
}
/** An answer that is JSON text already and goes out byte for byte. */
export function answerText(status: number, text: string, headers: Reply['headers'] = {}): Answered {
  return { ok: true, value: { status, content: { kind: 'text', text }, headers } };
}
