import { type Address, type AssetInfo, type Effect, sha256Hex, type WalletAddresses } from '@countersign/core';
import { decodeMessage, describeEffect, NO_FACTS, parseMessage } from '@countersign/solana/decode';
import type { Problems } from './collect-problems.ts';
import type { CheckedMessage } from './reviewed.ts';

/** What a message is checked against. */
export interface Expected {
  readonly addresses: WalletAddresses;
  /** Who may be a signer beside the fee account and the owner. */
  readonly otherSigners: readonly Address[];
  readonly candidateRecipients: readonly Address[];
  readonly assets: readonly AssetInfo[];
  /** Which kinds of effect may be there at all; every other is refused, kinds that are yet to come too. */
  readonly kinds: readonly Effect['kind'][];
}

/** Base64 in its one spelling, as bytes; `null` otherwise. */
export function readBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? Uint8Array.from(bytes) : null;
}

/**
 * INVARIANT I6: decodes a message by the independent decoder, from its bytes alone, and checks what holds for every kind: it does only what
 * belongs there, the service's fee account pays the fee and nobody else, the owner is a required signer, and no stranger is.
 */
export function checkMessage(base64: string, position: number, expected: Expected, problems: Problems): CheckedMessage | null {
  const where = `transaction ${position + 1}`;
  const bytes = readBase64(base64);
  if (bytes === null) {
    problems.add(`${where} is not base64`);
    return null;
  }
  const parsed = parseMessage(bytes);
  if (!parsed.ok) {
    problems.add(`${where} cannot be read: ${'problem' in parsed.error ? String(parsed.error.problem) : parsed.error.code}`);
    return null;
  }
  const { owner, feeAccount } = expected.addresses;
  const { signers } = parsed.value;
  problems.expect(signers[0] === feeAccount, `${where} lets ${signers[0]} pay the fee, not the fee account ${feeAccount}`);
  problems.expect(signers.includes(owner), `${where} does not need the owner's signature`);
  for (const signer of signers)
    problems.expect(
      [feeAccount, owner, ...expected.otherSigners].includes(signer),
      `${where} needs the signature of a stranger, ${signer}`,
    );
  const { addresses, candidateRecipients, assets, kinds } = expected;
  const decoded = decodeMessage(bytes, { addresses, candidateRecipients, assets }, NO_FACTS);
  if (!decoded.ok) {
    problems.add(`${where} cannot be decoded: ${decoded.error.code}`);
    return null;
  }
  for (const effect of decoded.value) {
    problems.expect(kinds.includes(effect.kind), `${where}: this does not belong here: ${describeEffect(effect)}`);
    if (effect.kind === 'fee') expectFeeAccountPays(effect, addresses, problems);
  }
  return { bytes, sha256: sha256Hex(bytes), effects: decoded.value, signers };
}

/** Fee and rent are the service's to pay. */
export function expectFeeAccountPays(
  effect: Extract<Effect, { readonly kind: 'fee' | 'account_creation' }>,
  { feeAccount }: WalletAddresses,
  problems: Problems,
): void {
  problems.expect(effect.payer === feeAccount, `${effect.payer} would pay, not the fee account: ${describeEffect(effect)}`);
}
