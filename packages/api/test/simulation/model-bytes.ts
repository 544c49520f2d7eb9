/** What the reference model reads out of bytes by itself: the fake chain's messages are JSON. */
export type Spending =
  | { readonly kind: 'pay'; readonly asset: string; readonly amount: bigint; readonly to: string }
  /** `amount` is what it may take at most. */
  | { readonly kind: 'call'; readonly asset: string; readonly amount: bigint };

interface Written {
  readonly kind?: string;
  readonly payment?: { readonly asset: string; readonly amount: string; readonly recipient: string };
  readonly call?: { readonly spends: readonly { readonly asset: string; readonly amount: string }[] };
}

/** Bytes as a key. */
export function messageKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** `null` for a message that moves nothing of a vault. */
export function readSpending(message: Uint8Array): Spending | null {
  const { kind, payment, call } = JSON.parse(Buffer.from(message).toString()) as Written;
  if (kind === 'pay' && payment !== undefined) return { kind, asset: payment.asset, amount: BigInt(payment.amount), to: payment.recipient };
  const [only] = call?.spends ?? [];
  return kind === 'call' && only !== undefined ? { kind, asset: only.asset, amount: BigInt(only.amount) } : null;
}

/** The id and the message of signed bytes; `null` for what are none. */
export function readWire(wire: Uint8Array): { readonly id: string; readonly messageKey: string } | null {
  const { id, message } = JSON.parse(Buffer.from(wire).toString()) as { readonly id?: string; readonly message?: string };
  return id === undefined || message === undefined ? null : { id, messageKey: Buffer.from(message, 'base64').toString('latin1') };
}

/** Makes accounts at the fee account's cost, and moves nothing of a wallet. */
export function makesNonces(message: Uint8Array): boolean {
  return (JSON.parse(Buffer.from(message).toString()) as Written).kind === 'make_nonces';
}
