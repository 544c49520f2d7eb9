import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Address, type DomainError, decodeBase58, domainError, encodeBase58, fail, ok, type Result } from '@countersign/core';
import { parseMessage } from '../decode/index.ts';

/** DER before the 32 bytes of an Ed25519 public key (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const REMEMBERED = 1_024;
const keys = new Map<Address, KeyObject>();

/**
 * Puts signatures to a message: exactly one for each required signer, each verified over the exact bytes. Errors: `undecodable_message`,
 * and `chain_rejected` (nothing was sent) for a missing, foreign or false signature.
 */
export function assemble(
  message: Uint8Array,
  signatures: readonly { readonly signer: Address; readonly signature: Uint8Array }[],
): Result<{ readonly wire: Uint8Array; readonly signature: string }, DomainError> {
  const parsed = parseMessage(message);
  if (!parsed.ok) return parsed;
  const refuse = (problem: string): Result<never, DomainError> => fail(domainError('chain_rejected', { problem, mayHaveLanded: false }));
  const { signers } = parsed.value;
  const stranger = signatures.find(({ signer }) => !signers.includes(signer));
  if (stranger) return refuse(`${stranger.signer} is not a signer of the message`);
  const ordered: Uint8Array[] = [];
  for (const signer of signers) {
    const given = signatures.filter((each) => each.signer === signer);
    const [one] = given;
    if (one === undefined || given.length !== 1) return refuse(`there are ${given.length} signatures of ${signer} where one is needed`);
    if (one.signature.length !== 64 || !verify(null, message, publicKey(signer), one.signature))
      return refuse(`the signature of ${signer} is not one over these bytes`);
    ordered.push(one.signature);
  }
  const [first] = ordered;
  if (first === undefined) throw new Error('a parsed message has a signer');
  return ok({
    wire: Uint8Array.from(Buffer.concat([Uint8Array.of(ordered.length), ...ordered, message])),
    signature: encodeBase58(first),
  });
}

function publicKey(address: Address): KeyObject {
  const known = keys.get(address);
  if (known) return known;
  const key = createPublicKey({
    key: Buffer.concat([ED25519_SPKI, decodeBase58(address) ?? Buffer.alloc(0)]),
    format: 'der',
    type: 'spki',
  });
  if (keys.size >= REMEMBERED) keys.clear();
  keys.set(address, key);
  return key;
}
