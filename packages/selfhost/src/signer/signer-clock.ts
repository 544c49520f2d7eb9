/** The signer's two clocks. Windows and rates use `nowMs`; only the expiry of owner statements uses `wallMs`. */
export interface SignerClock {
  /** Milliseconds since the Unix epoch as read once at start, carried on by the monotonic clock: it never goes back or jumps. */
  nowMs(): number;
  /** The machine's wall clock, in milliseconds. */
  wallMs(): number;
}

export function createProcessClock(): SignerClock {
  const anchorMs = Date.now() - performance.now();
  return { nowMs: () => Math.floor(anchorMs + performance.now()), wallMs: () => Date.now() };
}
