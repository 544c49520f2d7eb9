/** A message can land in so many blocks, up to its last valid one. */
const MESSAGE_LIFETIME_BLOCKS = 150n;

/**
 * Whether nodes that keep the blocks from `keptFromBlockHeight` on (0: all) keep every block in which a message could have landed. Where they do
 * not, not finding it proves nothing (INVARIANT I3).
 */
export function keepsWholeLifetime(keptFromBlockHeight: bigint, lastValidBlockHeight: bigint): boolean {
  return keptFromBlockHeight === 0n || keptFromBlockHeight + MESSAGE_LIFETIME_BLOCKS - 1n <= lastValidBlockHeight;
}
