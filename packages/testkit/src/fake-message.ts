import { type Address, decodeBase58, encodeBase58, type Payment, type PlannedLimit, sha256, type WalletAddresses } from '@countersign/core';

/** What a message of the fake chain says. Its bytes are this, as JSON. */
export type FakeMessage = {
  /** Stands for a blockhash: makes every message another one. */
  readonly nonce: number;
  readonly signers: readonly Address[];
} & (
  | {
      readonly kind: 'pay';
      readonly multisig: Address;
      readonly vault: Address;
      readonly payment: Omit<Payment, 'amount'> & { readonly amount: string };
      readonly spendingLimit: Address | null;
    }
  | {
      readonly kind: 'create';
      readonly addresses: WalletAddresses;
      readonly timeLockSeconds: number;
      readonly limits: readonly FakeLimit[];
    }
  | { readonly kind: 'replace_limits'; readonly multisig: Address; readonly remove: readonly Address[]; readonly add: readonly FakeLimit[] }
);
export type FakeLimit = Omit<PlannedLimit, 'amount'> & { readonly amount: string };

export function encodeFakeMessage(message: FakeMessage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}
export function decodeFakeMessage(bytes: Uint8Array): FakeMessage {
  return JSON.parse(new TextDecoder().decode(bytes)) as FakeMessage;
}
export const fakeLimit = (limit: PlannedLimit): FakeLimit => ({ ...limit, amount: limit.amount.toString() });

/** Signed bytes of the fake chain: signatures and message, as JSON. */
export interface FakeWire {
  readonly id: string;
  readonly message: string;
}
export const encodeFakeWire = (id: string, message: Uint8Array): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ id, message: Buffer.from(message).toString('base64') } satisfies FakeWire));
export function decodeFakeWire(wire: Uint8Array): { readonly id: string; readonly message: FakeMessage } {
  const { id, message } = JSON.parse(new TextDecoder().decode(wire)) as FakeWire;
  return { id, message: decodeFakeMessage(Buffer.from(message, 'base64')) };
}

/** An address that follows from texts, as program-derived ones do. */
export function derivedAddress(...parts: readonly string[]): Address {
  return encodeBase58(sha256(parts.join('|'))) as Address;
}
export const addressBytes = (address: Address): Uint8Array => decodeBase58(address) ?? new Uint8Array();
