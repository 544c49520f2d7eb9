import { randomBytes } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import { type DomainError, domainError, fail, type Result } from '@countersign/core';
import { decodeCanonical, encodeCanonical } from '../signer/wire/canonical-cbor.ts';
import { createFields, type Fields } from '../signer/wire/fields.ts';
import { createFrameReader, encodeFrame } from '../signer/wire/frame.ts';

/** As many as the signer takes on one connection; further requests wait here, within their time. */
const MAX_OPEN_REQUESTS = 32;

type Answer = Result<Fields, DomainError>;
interface Waiting {
  readonly request: { readonly [name: string]: unknown };
  readonly settle: (answer: Answer) => void;
  timer: NodeJS.Timeout | null;
}

/** One connection to the signer that carries many requests and is opened anew when it broke. */
export interface SignerConnection {
  /** The content of `ok`. Errors: `signer_unavailable`, `signer_refused`. A request that was sent is never sent again by itself. */
  request(op: string, content: { readonly [name: string]: unknown }): Promise<Answer>;
  close(): void;
}

export function createSignerConnection(options: { readonly socketPath: string; readonly timeoutMs: number }): SignerConnection {
  const open = new Map<string, Waiting>();
  const queue: Waiting[] = [];
  let socket: Socket | null = null;
  let closed = false;

  const settle = (id: string, answer: Answer): void => {
    const waiting = open.get(id);
    if (!waiting) return;
    open.delete(id);
    if (waiting.timer) clearTimeout(waiting.timer);
    waiting.settle(answer);
    pump();
  };
  const drop = (which: Socket, problem: string): void => {
    if (socket !== which) return;
    socket = null;
    which.destroy();
    for (const id of [...open.keys()]) settle(id, unavailable(problem));
  };
  const connect = (): Socket => {
    const fresh = createConnection(options.socketPath);
    const reader = createFrameReader();
    fresh.on('data', (chunk: Buffer) => {
      const { frames, tooLong } = reader.push(chunk);
      try {
        for (const frame of frames) receive(frame, settle);
      } catch {
        drop(fresh, 'the signer answered something that is not an answer');
      }
      if (tooLong) drop(fresh, 'the signer answered too much');
    });
    fresh.on('error', (error: NodeJS.ErrnoException) => drop(fresh, `the signer cannot be reached (${error.code ?? 'error'})`));
    fresh.on('close', () => drop(fresh, 'the signer closed the connection'));
    fresh.unref();
    return fresh;
  };
  const pump = (): void => {
    while (open.size < MAX_OPEN_REQUESTS) {
      const waiting = queue.shift();
      if (!waiting) return;
      const id = randomBytes(16);
      open.set(id.toString('hex'), waiting);
      socket ??= connect();
      socket.write(encodeFrame(encodeCanonical({ v: 1, id, ...waiting.request })));
    }
  };
  return {
    request: (op, content) =>
      new Promise((resolve) => {
        if (closed) return resolve(unavailable('the client is closed'));
        const waiting: Waiting = { request: { op, ...content }, settle: resolve, timer: null };
        waiting.timer = setTimeout(() => {
          const place = queue.indexOf(waiting);
          if (place >= 0) queue.splice(place, 1);
          for (const [id, each] of open) if (each === waiting) open.delete(id);
          resolve(unavailable(`no answer within ${options.timeoutMs} ms`));
          pump();
        }, options.timeoutMs);
        queue.push(waiting);
        pump();
      }),
    close: () => {
      closed = true;
      for (const waiting of queue.splice(0)) {
        if (waiting.timer) clearTimeout(waiting.timer);
        waiting.settle(unavailable('the client is closed'));
      }
      if (socket) drop(socket, 'the client is closed');
    },
  };
}

function receive(frame: Uint8Array, settle: (id: string, answer: Answer) => void): void {
  const fields = createFields(decodeCanonical(frame));
  const id = Buffer.from(fields.bytes('id', 16)).toString('hex');
  if (fields.whole('v') !== 1) throw new TypeError('version');
  if (fields.has('error')) {
    const error = fields.map('error');
    const signerCode = error.text('code', 64);
    const rule = error.text('rule', 512);
    const problem = error.has('instruction') ? `${rule} (instruction ${error.whole('instruction')})` : rule;
    settle(id, fail(domainError('signer_refused', { signerCode, problem })));
  } else settle(id, { ok: true, value: fields.map('ok') });
  fields.end();
}

function unavailable(problem: string): { readonly ok: false; readonly error: DomainError } {
  return fail(domainError('signer_unavailable', { problem }));
}
