/** Wall time for limits of waiting and for ids; decisions use the database's clock. */
export interface IClock {
  nowMs(): number;
}

/** Cryptographic randomness. */
export interface IRandom {
  bytes(count: number): Uint8Array;
}
