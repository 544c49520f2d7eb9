import {
  type Address,
  type AskedOfOwner,
  decodeBase58,
  domainError,
  fail,
  guardOwnerKey,
  type IOwnerKeys,
  ok,
  sha256Hex,
} from '@countersign/core';

const SIGNATURE_BYTES = 64;
const TURNS = 3;

/** What the owner signs elsewhere. */
export interface ToSignElsewhere {
  readonly kind: AskedOfOwner['kind'];
  /** The exact text to sign; `null` for a transaction. */
  readonly text: string | null;
  /** The exact bytes to sign, base64. */
  readonly base64: string;
  /** SHA-256 of the bytes, to compare on the other device. */
  readonly sha256: string;
  /** Why what was pasted before does not count; `null` the first time. */
  readonly problem: string | null;
}

/**
 * An owner key in a wallet, a hardware device or another program: `read` shows the exact bytes and gives the signature that comes back (64 bytes as
 * base58, base64 or hex), or `null` when the owner gives none. It is asked three times at most. Texts may be signed bare or in the off-chain wrapper.
 */
export function createPastedOwnerKeys(input: {
  readonly owner: Address;
  readonly read: (toSign: ToSignElsewhere) => Promise<string | null>;
}): IOwnerKeys {
  return guardOwnerKey({
    ...{ holder: 'pasted_signature', owner: input.owner, limitBytes: null, mayWrapTexts: true },
    sign: async (asked) => {
      const shown = {
        kind: asked.kind,
        text: asked.text,
        base64: Buffer.from(asked.bytes).toString('base64'),
        sha256: sha256Hex(asked.bytes),
      };
      let problem: string | null = null;
      for (let turn = 0; turn < TURNS; turn += 1) {
        const pasted = await input.read({ ...shown, problem });
        if (pasted === null) return fail(domainError('owner_key_refused', { problem: 'no signature was given' }));
        const candidates = decodeSignature(pasted);
        const signature = candidates.find(asked.accepts);
        if (signature !== undefined) return ok(signature);
        problem =
          candidates.length === 0
            ? 'that is not a signature: 64 bytes as base58, base64 or hex'
            : `that is not the signature of ${input.owner} over these bytes`;
      }
      return fail(domainError('owner_key_refused', { problem: problem ?? 'no signature was given' }));
    },
    close: async () => undefined,
  });
}

/** Every reading of `text` that has 64 bytes: some base58 is base64 of the same length too. */
function decodeSignature(text: string): readonly Uint8Array[] {
  const trimmed = text.trim();
  const readings: (Uint8Array | null)[] = [decodeBase58(trimmed)];
  if (/^(0x)?[0-9a-fA-F]{128}$/.test(trimmed)) readings.push(Buffer.from(trimmed.replace(/^0x/, ''), 'hex'));
  if (/^[A-Za-z0-9+/_-]{86}(==)?$/.test(trimmed)) readings.push(Buffer.from(trimmed, 'base64'));
  return readings.flatMap((bytes) => (bytes?.length === SIGNATURE_BYTES ? [Uint8Array.from(bytes)] : []));
}
