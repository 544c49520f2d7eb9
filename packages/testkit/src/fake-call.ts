import { type Address, type AssetId, type CalledAccount, type Effect, isAddress, type Payment } from '@countersign/core';

/** What an agent's own message says on the fake chain; its bytes are this, as JSON. */
export interface FakeCall {
  readonly fakeCall: 1;
  readonly program: Address;
  /** Instruction data, lower-case hex. */
  readonly data: string;
  /** When it is nothing but a payment. */
  readonly transfer: (Omit<Payment, 'amount'> & { readonly amount: string }) | null;
  /** What the call takes out of the vault when it is simulated, base units in decimal digits. */
  readonly spends: readonly { readonly asset: AssetId; readonly amount: string }[];
  /** What comes back into the vault. */
  readonly gets: readonly { readonly asset: AssetId; readonly amount: string }[];
  /** It may take up to so many percent less when it lands. */
  readonly slackPercent: number;
  /** Lookup tables that it names. */
  readonly tables: readonly Address[];
}

export function encodeFakeCall(call: Omit<FakeCall, 'fakeCall'>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ fakeCall: 1, ...call } satisfies FakeCall));
}

/** `null` for bytes that are no agent's message of the fake chain. */
export function decodeFakeCall(bytes: Uint8Array): FakeCall | null {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<FakeCall> | null;
    const whole = value?.fakeCall === 1 && typeof value.program === 'string' && isAddress(value.program) && Array.isArray(value.spends);
    return whole ? (value as FakeCall) : null;
  } catch {
    return null;
  }
}

export function callPayment({ transfer }: FakeCall): Payment | null {
  return transfer && { ...transfer, amount: BigInt(transfer.amount) };
}

/** The effect of a call that is no payment: the vault signs, and the program may write its account. */
export function callEffect({ program, data, tables }: FakeCall, vault: Address, pins: readonly (readonly Address[])[]): Effect {
  const account = (address: Address): CalledAccount => ({ address, writable: true, signer: false, role: 'other' });
  return {
    kind: 'program_call',
    instruction: 0,
    program,
    data,
    accounts: [
      { address: vault, writable: true, signer: true, role: 'vault' },
      ...tables.flatMap((_, index) => pins[index] ?? []).map(account),
    ],
  };
}
