import type { IRandom } from '@countersign/core';

/** Randomness that a seed gives back exactly. Not cryptographic. */
export interface SeededRandom extends IRandom {
  /** A whole number from 0 to `end` − 1. */
  below(end: number): number;
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Another source that follows from this one's seed and the name, and not from what was drawn before. */
  fork(name: string): SeededRandom;
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded by 32-bit FNV-1a over the seed's decimal digits and a lane number. */
export function createSeededRandom(seed: number | string): SeededRandom {
  const text = String(seed);
  let a = fnv1a(`${text}/0`);
  let b = fnv1a(`${text}/1`);
  let c = fnv1a(`${text}/2`);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  const below = (end: number): number => Math.floor((next() / 4_294_967_296) * end);
  return {
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let index = 0; index < count; index += 4) {
        const word = next();
        for (let byte = 0; byte < 4 && index + byte < count; byte += 1) bytes[index + byte] = (word >>> (8 * byte)) & 255;
      }
      return bytes;
    },
    below,
    chance: (probability) => next() / 4_294_967_296 < probability,
    pick(list) {
      const picked = list[below(list.length)];
      if (picked === undefined) throw new TypeError('nothing to pick from');
      return picked;
    },
    fork: (name) => createSeededRandom(`${text}/${name}`),
  };
}

/** 32-bit FNV-1a over UTF-16 code units, from `basis`. */
export function fnv1a(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
