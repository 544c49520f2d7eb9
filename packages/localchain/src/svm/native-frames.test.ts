import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameDecoder, MAX_FRAME_BYTES } from './native-frames.ts';

describe('frames', () => {
  test('come back whole, however the stream is cut', () => {
    const property = fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.array(fc.nat({ max: 40 })), (sent, cuts) => {
      const values: unknown[] = sent.map((value) => JSON.parse(JSON.stringify(value)));
      const stream = Buffer.concat(values.map(encodeFrame));
      const decoder = new FrameDecoder();
      const received: unknown[] = [];
      let at = 0;
      for (const length of cuts) {
        received.push(...decoder.push(stream.subarray(at, at + length)));
        at += length;
      }
      received.push(...decoder.push(stream.subarray(at)));
      expect(received).toEqual(values);
    });
    fc.assert(property);
  });

  test('have a big-endian length', () => {
    expect([...encodeFrame({})]).toEqual([0, 0, 0, 2, 0x7b, 0x7d]);
  });

  test('are refused beyond their largest size', () => {
    expect(() => encodeFrame('x'.repeat(MAX_FRAME_BYTES))).toThrow(RangeError);
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(MAX_FRAME_BYTES + 1);
    expect(() => new FrameDecoder().push(prefix)).toThrow(RangeError);
  });
});
