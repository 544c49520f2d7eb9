import type { Socket } from 'node:net';
import type { Signer } from './create-signer.ts';
import { type Refusal, Refused, refusal } from './refusal.ts';
import { decodeCanonical, encodeCanonical } from './wire/canonical-cbor.ts';
import { createFields, type Fields } from './wire/fields.ts';
import { createFrameReader, encodeFrame } from './wire/frame.ts';

export const MAX_OPEN_REQUESTS = 32;
export const REQUEST_TIMEOUT_MS = 2_000;
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;
const NO_ID = new Uint8Array(16);

interface Request {
  readonly id: Uint8Array;
  readonly operation: string;
  readonly fields: Fields;
}

/** Speaks the protocol on one connection: one answer per request; a frame that is not a request is answered and ends the connection. */
export function serveConnection(socket: Socket, signer: Signer): void {
  const reader = createFrameReader();
  let open = 0;
  let stalled: NodeJS.Timeout | null = null;
  const answer = (body: object): void => {
    if (socket.destroyed) return;
    socket.write(encodeFrame(encodeCanonical({ v: 1, ...body })));
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
  };
  const refuse = (id: Uint8Array, { code, rule, instruction }: Refusal): void =>
    answer({ id, error: instruction === null ? { code, rule } : { code, rule, instruction } });
  const end = (why: Refusal): void => {
    refuse(NO_ID, why);
    socket.end();
    socket.removeAllListeners('data');
    socket.resume();
  };
  const run = async ({ id, operation, fields }: Request): Promise<void> => {
    open += 1;
    try {
      const value = await withinTime(signer.handle(operation, fields));
      answer({ id, ok: value });
    } catch (error) {
      refuse(id, error instanceof Refused ? error.refusal : refusal('internal', 'the signer failed'));
    } finally {
      open -= 1;
    }
  };
  socket.on('data', (chunk: Buffer) => {
    const { frames, tooLong } = reader.push(chunk);
    for (const frame of frames) {
      const request = readRequest(frame);
      if (!('operation' in request)) return end(request);
      if (open >= MAX_OPEN_REQUESTS) refuse(request.id, refusal('rate_limited', `more than ${MAX_OPEN_REQUESTS} requests are open`));
      else void run(request);
    }
    if (tooLong) return end(refusal('malformed', 'the frame is too long'));
    if (stalled) clearTimeout(stalled);
    stalled = reader.partial ? setTimeout(() => socket.destroy(), REQUEST_TIMEOUT_MS) : null;
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (stalled) clearTimeout(stalled);
  });
}

function readRequest(frame: Uint8Array): Request | Refusal {
  try {
    const fields = createFields(decodeCanonical(frame));
    const id = fields.bytes('id', 16);
    const operation = fields.text('op', 32);
    if (fields.whole('v') !== 1) throw new Refused('malformed', 'the version is not 1');
    return { id, operation, fields };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** An answer that comes too late is replaced by an error; what it did stays done and is found again by asking again. */
async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | null = null;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refused('internal', 'took longer than 2 seconds')), REQUEST_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (timer) clearTimeout(timer);
  }
}
