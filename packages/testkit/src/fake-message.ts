import {
  type Address,
  type AssetId,
  address,
  decodeBase58,
  encodeBase58,
  type Payment,
  type PlannedLimit,
  sha256,
  type WalletAddresses,
} from '@countersign/core';
import type { FakeCall } from './fake-call.ts';
import { isOnCurve, remembered } from './on-curve.ts';

/** What a message of the fake chain says. Its bytes are this, as JSON. */
export type FakeMessage = {
  /** Makes every message another one. */
  readonly nonce: number;
  /** Stands for the blockhash: the height of the last block in which the message can land, in decimal digits. */
  readonly lastValidBlockHeight: string;
  readonly signers: readonly Address[];
  /** The durable nonce that stands in the blockhash's place; `null` for messages that expire. */
  readonly durable: FakeDurable | null;
} & (
  | {
      readonly kind: 'pay';
      readonly multisig: Address;
      readonly vault: Address;
      readonly payment: Omit<Payment, 'amount'> & { readonly amount: string };
      readonly spendingLimit: Address | null;
    }
  | {
      readonly kind: 'call';
      readonly multisig: Address;
      readonly vault: Address;
      readonly call: FakeCall;
      readonly pinned: readonly (readonly Address[])[];
    }
  | {
      readonly kind: 'create';
      readonly addresses: WalletAddresses;
      readonly timeLockSeconds: number;
      readonly limits: readonly FakeLimit[];
    }
  | {
      readonly kind: 'govern';
      readonly multisig: Address;
      /** Who configures; `null` where members act. */
      readonly authority: Address | null;
      readonly steps: readonly FakeStep[];
    }
  | { readonly kind: 'make_nonces'; readonly authority: Address; readonly accounts: readonly Address[] }
  /** Money that leaves a vault by somebody else's doing. */
  | { readonly kind: 'foreign'; readonly vault: Address; readonly asset: AssetId; readonly amount: string; readonly to: Address }
);
/** One change of a multisig's settings, or one member's cancelling of a proposal. */
export type FakeStep =
  | { readonly step: 'remove_limit'; readonly spendingLimit: Address }
  | { readonly step: 'add_limit'; readonly limit: FakeLimit; readonly member: Address }
  | { readonly step: 'add_member' | 'remove_member'; readonly member: Address }
  | { readonly step: 'set_threshold'; readonly threshold: number }
  | { readonly step: 'set_rent_collector'; readonly rentCollector: Address }
  | { readonly step: 'set_config_authority'; readonly authority: Address }
  | { readonly step: 'cancel'; readonly member: Address; readonly index: string };
export interface FakeDurable {
  readonly account: Address;
  readonly authority: Address;
  readonly nonce: string;
}
export type FakeLimit = Omit<PlannedLimit, 'amount'> & { readonly amount: string };

const KINDS: readonly string[] = ['pay', 'call', 'create', 'govern', 'make_nonces'] satisfies readonly FakeMessage['kind'][];

export function encodeFakeMessage(message: FakeMessage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}
/** `null` for bytes that are no message of the fake chain. */
export function decodeFakeMessage(bytes: Uint8Array): FakeMessage | null {
  const value = parseJson(new TextDecoder().decode(bytes)) as Partial<FakeMessage> | null;
  return KINDS.includes(value?.kind ?? '') && Array.isArray(value?.signers) ? (value as FakeMessage) : null;
}
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
export const fakeLimit = (limit: PlannedLimit): FakeLimit => ({ ...limit, amount: limit.amount.toString() });

/** Signed bytes of the fake chain: signatures and message, as JSON. */
export interface FakeWire {
  readonly id: string;
  readonly message: string;
}
export const encodeFakeWire = (id: string, message: Uint8Array): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ id, message: Buffer.from(message).toString('base64') } satisfies FakeWire));
/** `null` for bytes that are no signed message of the fake chain. */
export function decodeFakeWire(wire: Uint8Array): { readonly id: string; readonly message: FakeMessage } | null {
  const value = parseJson(new TextDecoder().decode(wire)) as Partial<FakeWire> | null;
  if (typeof value?.id !== 'string' || typeof value.message !== 'string') return null;
  const message = decodeFakeMessage(Buffer.from(value.message, 'base64'));
  return message && { id: value.id, message };
}

const derived = remembered((text): Address => {
  for (let bump = 255; ; bump -= 1) {
    const bytes = sha256(`${text}|${bump}`);
    if (!isOnCurve(bytes)) return address(encodeBase58(bytes));
  }
});
/** An address that follows from texts and lies off the curve, as program-derived ones do. */
export const derivedAddress = (...parts: readonly string[]): Address => derived(parts.join('|'));

/** Whether an address could be somebody's key. */
export const isKeyAddress: (address: string) => boolean = remembered((text) => isOnCurve(decodeBase58(text) ?? new Uint8Array()));
