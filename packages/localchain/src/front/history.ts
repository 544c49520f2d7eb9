/** Landed transactions by signature, by message and by address. */
import { createHash } from 'node:crypto';
import { parseTransaction } from '../wire/transaction.ts';
import type { LandedTransaction } from './landed-transaction.ts';

export function messageKey(messageBytes: Uint8Array): string {
  return createHash('sha256').update(messageBytes).digest('base64');
}

export class History {
  readonly #bySignature: Map<string, LandedTransaction> = new Map();
  readonly #messages: Map<string, string> = new Map();
  readonly #byAddress: Map<string, string[]> = new Map();
  readonly #most: number;

  /** Keeps the newest `most` transactions. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#bySignature.size;
  }

  add(transaction: LandedTransaction, messageBytes: Uint8Array): void {
    const { signature } = transaction;
    this.#bySignature.set(signature, transaction);
    this.#messages.set(messageKey(messageBytes), signature);
    for (const address of new Set(transaction.keys)) {
      const list = this.#byAddress.get(address);
      if (list === undefined) this.#byAddress.set(address, [signature]);
      else list.push(signature);
    }
    if (this.#bySignature.size > this.#most) this.#dropOldest();
  }

  get(signature: string): LandedTransaction | null {
    return this.#bySignature.get(signature) ?? null;
  }

  /** Whether a transaction with this signed message has landed, whatever its signatures. */
  hasMessage(messageBytes: Uint8Array): boolean {
    return this.#messages.has(messageKey(messageBytes));
  }

  /** Transactions that name the address, newest first. */
  *ofAddress(address: string): Generator<LandedTransaction> {
    const list = this.#byAddress.get(address) ?? [];
    for (let i = list.length - 1; i >= 0; i--) {
      const transaction = this.#bySignature.get(list[i] ?? '');
      if (transaction !== undefined) yield transaction;
    }
  }

  remove(signature: string): void {
    const transaction = this.#bySignature.get(signature);
    if (transaction === undefined) return;
    this.#bySignature.delete(signature);
    const parsed = parseTransaction(transaction.wire);
    if (parsed.ok) this.#messages.delete(messageKey(parsed.value.messageBytes));
    for (const address of new Set(transaction.keys)) {
      const list = this.#byAddress.get(address);
      const at = list?.lastIndexOf(signature) ?? -1;
      if (list !== undefined && at >= 0) list.splice(at, 1);
      if (list?.length === 0) this.#byAddress.delete(address);
    }
  }

  #dropOldest(): void {
    const oldest = this.#bySignature.keys().next().value;
    if (oldest === undefined) return;
    const transaction = this.#bySignature.get(oldest);
    this.#bySignature.delete(oldest);
    for (const address of new Set(transaction?.keys)) {
      const list = this.#byAddress.get(address);
      if (list?.[0] === oldest) list.shift();
      if (list?.length === 0) this.#byAddress.delete(address);
    }
    const message = this.#messages.keys().next().value;
    if (message !== undefined) this.#messages.delete(message);
  }
}
