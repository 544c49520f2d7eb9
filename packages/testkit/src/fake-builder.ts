import {
  type BuiltMessage,
  type DomainError,
  domainError,
  type LookupPin,
  type RequestedAction,
  type WalletAddresses,
} from '@countersign/core';
import { decodeFakeCall, type FakeCall } from './fake-call.ts';
import { encodeFakeMessage, type FakeMessage } from './fake-message.ts';

/** What every message that expires has beside its signers. */
export type FakeLifetime = Pick<FakeMessage, 'nonce' | 'lastValidBlockHeight' | 'durable'>;

/** Builds messages of the fake chain, each another one. */
export interface FakeBuilder {
  build(make: (lifetime: FakeLifetime) => FakeMessage): BuiltMessage;
  /** What agent and owner sign for an action; `null` for a call whose bytes are no message. */
  countersigned(addresses: WalletAddresses, action: RequestedAction): BuiltMessage | null;
}

/** `nextLastValid` tells until which height a message that is built now can land. */
export function createFakeBuilder(nextLastValid: () => bigint): FakeBuilder {
  let nonce = 0;
  const build: FakeBuilder['build'] = (make) => {
    nonce += 1;
    const lastValidBlockHeight = nextLastValid();
    const message = make({ nonce, lastValidBlockHeight: lastValidBlockHeight.toString(), durable: null });
    return { bytes: encodeFakeMessage(message), lastValidBlockHeight, signers: message.signers };
  };
  return {
    build,
    countersigned(addresses, action) {
      const { multisig, vault } = addresses;
      const signers = [addresses.feeAccount, addresses.agent, addresses.owner];
      if (action.kind === 'payment') {
        const payment = { ...action.payment, amount: action.payment.amount.toString() };
        return build((lifetime) => ({ ...lifetime, kind: 'pay', signers, multisig, vault, payment, spendingLimit: null }));
      }
      const call = decodeFakeCall(action.message);
      const pinned = action.pins.map(({ writable, readonly }) => [...writable, ...readonly]);
      return call && build((lifetime) => ({ ...lifetime, kind: 'call', signers, multisig, vault, call, pinned }));
    },
  };
}

/** What the vault shall do, as bytes that depend on nothing else. */
export function fakeIntent({ vault }: WalletAddresses, action: RequestedAction): Uint8Array {
  const words =
    action.kind === 'payment'
      ? { ...action.payment, amount: action.payment.amount.toString() }
      : { message: Buffer.from(action.message).toString('base64'), pins: action.pins };
  return new TextEncoder().encode(JSON.stringify([vault, words]));
}

/** Why a call is not built: it is no message, or its lookup tables hold something else than was decided on. */
export function callProblem(action: RequestedAction, pinsOf: (call: FakeCall) => readonly LookupPin[]): DomainError | null {
  if (action.kind === 'payment') return null;
  const call = decodeFakeCall(action.message);
  if (!call) return domainError('undecodable_message', { problem: 'not of the fake chain' });
  const now = pinsOf(call);
  const keys = (pins: readonly LookupPin[], table: string): string =>
    JSON.stringify(pins.filter((pin) => pin.table === table).map(({ writable, readonly }) => [writable, readonly]));
  const changed = [...action.pins, ...now].find(({ table }) => keys(action.pins, table) !== keys(now, table));
  return changed ? domainError('lookup_changed', { table: changed.table }) : null;
}
