/** A frame is a big-endian u32 length and that many bytes; at most this many. */
export const MAX_FRAME_BYTES = 65_536;
const HEADER_BYTES = 4;

export function encodeFrame(body: Uint8Array): Uint8Array {
  if (body.length > MAX_FRAME_BYTES) throw new RangeError('frame is too long');
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** Collects chunks of a stream into frames. */
export interface FrameReader {
  /** The frames completed by this chunk; `too_long` when a frame announces more than it may have. */
  push(chunk: Uint8Array): { readonly frames: readonly Uint8Array[]; readonly tooLong: boolean };
  /** Whether a frame has begun and not ended. */
  readonly partial: boolean;
}

export function createFrameReader(): FrameReader {
  let pending = Buffer.alloc(0);
  return {
    push: (chunk) => {
      pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
      const frames: Uint8Array[] = [];
      while (pending.length >= HEADER_BYTES) {
        const length = pending.readUInt32BE();
        if (length > MAX_FRAME_BYTES) return { frames, tooLong: true };
        if (pending.length < HEADER_BYTES + length) break;
        frames.push(Uint8Array.from(pending.subarray(HEADER_BYTES, HEADER_BYTES + length)));
        pending = pending.subarray(HEADER_BYTES + length);
      }
      return { frames, tooLong: false };
    },
    get partial() {
      return pending.length > 0;
    },
  };
}
