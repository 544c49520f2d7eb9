import type { ProblemTable } from './problem-entry.ts';

/** What is wrong with the HTTP request itself. */
export const REQUEST_PROBLEMS: ProblemTable<
  | 'invalid_field'
  | 'malformed_body'
  | 'malformed_request'
  | 'unsupported_media_type'
  | 'body_too_large'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'route_not_found'
  | 'host_not_allowed'
  | 'idempotency_key_missing'
  | 'idempotency_key_reused'
  | 'rate_limited'
> = {
  invalid_field: {
    status: 400,
    title: 'A field is not valid',
    remedy: 'Correct the field that `field` names and send the request again.',
    detail: ({ field, problem }) => `${field} ${problem}.`,
    members: ['field', 'problem'],
  },
  malformed_body: {
    status: 400,
    title: 'The body cannot be read',
    remedy: 'Send one JSON object in UTF-8, without duplicate names, amounts as strings.',
    detail: ({ problem }) => `The body ${problem}.`,
    members: [],
  },
  malformed_request: {
    status: 400,
    title: 'The request is not valid HTTP for this service',
    remedy: 'Check the address and the headers.',
    detail: () => 'The request line or a header cannot be read.',
    members: [],
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not supported',
    remedy: 'Send `Content-Type: application/json`, without compression.',
    detail: () => 'The body must be application/json in UTF-8, not compressed.',
    members: [],
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    remedy: 'Send less.',
    detail: ({ limitBytes }) => `A body may have ${limitBytes} bytes.`,
    members: ['limitBytes'],
  },
  unauthenticated: {
    status: 401,
    title: 'The credential is missing or not valid',
    remedy: 'Send `Authorization: Bearer cs_…` with a credential that was issued by this service and is not revoked.',
    detail: ({ problem }) => `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`,
    members: [],
  },
  forbidden: {
    status: 403,
    title: 'The credential may not do this',
    remedy: 'Use a credential of a role that may.',
    detail: ({ role, action }) => `A credential of role ${role} may not ${action}.`,
    members: ['role'],
  },
  not_found: {
    status: 404,
    title: 'There is no such thing',
    remedy: 'Check the id, and that the credential is one for its wallet.',
    detail: ({ kind, id }) => `There is no ${kind} ${id} that this credential can see.`,
    members: ['kind', 'id'],
  },
  route_not_found: {
    status: 404,
    title: 'There is no such route',
    remedy: 'See /docs for the routes.',
    detail: ({ method, path }) => `Nothing answers ${method} ${path}.`,
    members: [],
  },
  host_not_allowed: {
    status: 421,
    title: 'The Host header names another host',
    remedy: 'Use localhost or 127.0.0.1, or set PUBLIC_HOST to the name under which the service is reached.',
    detail: () => 'This service answers on this machine only, and not under that name.',
    members: [],
  },
  idempotency_key_missing: {
    status: 400,
    title: 'The Idempotency-Key header is missing',
    remedy: 'Send a key of your own making with every payment (1 to 128 visible ASCII characters), the same one when you repeat it.',
    detail: () => 'A payment needs an Idempotency-Key, so that repeating it cannot pay twice.',
    members: [],
  },
  idempotency_key_reused: {
    status: 409,
    title: 'The Idempotency-Key was used for another request',
    remedy: 'Use a new key for a new request; repeat one with exactly the same wallet and body.',
    detail: ({ key }) => `The key ${key} belongs to a request that differs from this one. Nothing was done.`,
    members: ['key'],
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait as long as Retry-After says.',
    detail: ({ retryAfterSeconds }) => `Try again in ${retryAfterSeconds} s.`,
    members: ['retryAfterSeconds'],
  },
};
