import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';

/** As much deterministic CBOR (RFC 8949, 4.2.1) as the signer's frames need, written here so that the signer is asked what its client cannot ask. */
type Value = string | number | Uint8Array | { readonly [name: string]: Value };

function head(major: number, count: number): Buffer {
  if (count < 24) return Buffer.from([(major << 5) | count]);
  if (count < 256) return Buffer.from([(major << 5) | 24, count]);
  return Buffer.from([(major << 5) | 25, count >> 8, count & 0xff]);
}
function encode(value: Value): Buffer {
  if (typeof value === 'number') return head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const entries = Object.entries(value).map(([name, each]) => [encode(name), encode(each)] as const);
  entries.sort(([one], [other]) => one.compare(other));
  return Buffer.concat([head(5, entries.length), ...entries.flat()]);
}

/** One request on a connection of its own; the code of the signer's error, or `ok`. */
export async function askSigner(socketPath: string, op: string, fields: { readonly [name: string]: Value }): Promise<string> {
  const content = encode({ v: 1, id: Uint8Array.from(randomBytes(16)), op, ...fields });
  const frame = Buffer.alloc(4 + content.length);
  frame.writeUInt32BE(content.length);
  content.copy(frame, 4);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = createConnection(socketPath);
    socket.setTimeout(5_000, () => socket.destroy(new Error('the signer does not answer')));
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length >= 4 && all.length >= 4 + all.readUInt32BE(0)) {
        socket.destroy();
        resolve(all.subarray(4));
      }
    });
    socket.write(frame);
  });
  const text = answer.toString('latin1');
  // `code` is a text of 4, then a text that says which.
  const at = text.indexOf('dcode');
  if (at < 0) return 'ok';
  const length = answer.readUInt8(at + 5) & 0x1f;
  const long = length === 24;
  const begin = at + 6 + (long ? 1 : 0);
  return text.slice(begin, begin + (long ? answer.readUInt8(at + 6) : length));
}
