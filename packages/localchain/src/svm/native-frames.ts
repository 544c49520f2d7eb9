/** Frames of docs/spec/native-svm-protocol.md: a big-endian u32 with the length, then as many bytes of UTF-8 JSON. */

export const MAX_FRAME_BYTES: number = 64 * 1024 * 1024;
const PREFIX_BYTES = 4;

/** Throws a `RangeError` for a value whose JSON does not fit a frame. */
export function encodeFrame(value: unknown): Uint8Array {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FRAME_BYTES) throw new RangeError(`a request of ${bytes} bytes does not fit a frame of ${MAX_FRAME_BYTES}`);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + bytes);
  frame.writeUInt32BE(bytes, 0);
  frame.write(text, PREFIX_BYTES);
  return frame;
}

/** Cuts a stream into the values of its frames. */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** The values that `chunk` completes. Throws for a frame that is too large or not JSON, after which the stream is of no use. */
  push(chunk: Buffer): readonly unknown[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const values: unknown[] = [];
    for (;;) {
      const bytes = this.#nextBytes();
      if (bytes === null || this.#bytes < PREFIX_BYTES + bytes) return values;
      values.push(JSON.parse(this.#take(PREFIX_BYTES + bytes).toString('utf8', PREFIX_BYTES)));
    }
  }

  #nextBytes(): number | null {
    if (this.#bytes < PREFIX_BYTES) return null;
    while ((this.#chunks[0]?.length ?? PREFIX_BYTES) < PREFIX_BYTES) {
      const [first, second, ...others] = this.#chunks;
      this.#chunks = [Buffer.concat([first ?? Buffer.alloc(0), second ?? Buffer.alloc(0)]), ...others];
    }
    const bytes = this.#chunks[0]?.readUInt32BE(0) ?? 0;
    if (bytes > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${bytes} bytes is more than the ${MAX_FRAME_BYTES} allowed`);
    return bytes;
  }

  /** Joins the chunks only when a whole frame is there. */
  #take(bytes: number): Buffer {
    const all = this.#chunks.length === 1 && this.#chunks[0] !== undefined ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const rest = all.subarray(bytes);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
    return all.subarray(0, bytes);
  }
}
