/**
 * A policy document that allows a subset of what its revision allows, in force without the owner's signature (INVARIANT I7: tightening takes
 * effect at once). Bounds and limits stay those that the owner signed. It ends with its revision.
 */
export interface Tightening {
  /** From 1 in each revision. */
  readonly number: number;
  readonly text: string;
  readonly policySha256: string;
  /** Who did it: a credential's id. */
  readonly actor: string;
  readonly atMs: number;
}

interface Document {
  readonly text: string;
  readonly policySha256: string;
}

/** The document that decides: the latest tightening of a revision, or the one that the owner signed. */
export function documentInForce({ text, policySha256, tightening }: Document & { readonly tightening: Tightening | null }): Document {
  return tightening ?? { text, policySha256 };
}
