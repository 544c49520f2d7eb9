/** Bad weather: what a test makes the chain do to its clients. Held in memory only; `clear` ends all of it. */
import type { SvmAccount } from '../svm/svm.ts';

export type SubmissionFate =
  | { readonly kind: 'normal' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'duplicate' };

/** What a lie changes of an account; `exists: false` denies it. */
export interface AccountLie {
  readonly exists: boolean;
  readonly lamports?: bigint;
  readonly owner?: string;
  readonly data?: Uint8Array;
}

export class Weather {
  #fates: { fate: SubmissionFate; left: number }[] = [];
  readonly #hidden: Map<string, number> = new Map();
  readonly #lies: Map<string, { readonly lie: AccountLie; left: number }> = new Map();
  #silentUntilMs = 0;
  readonly #wallMs: () => number;

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  /** Gives the next `count` submissions this fate, after those already planned. */
  plan(fate: SubmissionFate, count: number): void {
    this.#fates.push({ fate, left: count });
  }

  nextFate(): SubmissionFate {
    const first = this.#fates[0];
    if (first === undefined) return { kind: 'normal' };
    first.left -= 1;
    if (first.left <= 0) this.#fates.shift();
    return first.fate;
  }

  /** Answers "not found" for this signature, `queries` times; `*` stands for every signature. */
  hide(signature: string, queries: number): void {
    this.#hidden.set(signature, queries);
  }

  /** Whether a look-up of this signature finds nothing now. */
  isHidden(signature: string): boolean {
    return this.#countDown(signature) || this.#countDown('*');
  }

  lie(address: string, lie: AccountLie, queries: number): void {
    this.#lies.set(address, { lie, left: queries });
  }

  /** What a read of an account answers. */
  shown(address: string, account: SvmAccount | null): SvmAccount | null {
    const told = this.#lies.get(address);
    if (told === undefined) return account;
    told.left -= 1;
    if (told.left <= 0) this.#lies.delete(address);
    if (!told.lie.exists) return null;
    const base: SvmAccount = account ?? {
      lamports: 0n,
      owner: '11111111111111111111111111111111',
      executable: false,
      data: new Uint8Array(),
    };
    const { lamports = base.lamports, owner = base.owner, data = base.data } = told.lie;
    return { ...base, lamports, owner, data };
  }

  /** Answers nothing for so long; the methods that bend the chain still answer. */
  silence(ms: number): void {
    this.#silentUntilMs = this.#wallMs() + ms;
  }

  isSilent(): boolean {
    return this.#wallMs() < this.#silentUntilMs;
  }

  clear(): void {
    this.#fates = [];
    this.#hidden.clear();
    this.#lies.clear();
    this.#silentUntilMs = 0;
  }

  #countDown(signature: string): boolean {
    const left = this.#hidden.get(signature) ?? 0;
    if (left <= 0) return false;
    if (left === 1) this.#hidden.delete(signature);
    else this.#hidden.set(signature, left - 1);
    return true;
  }
}
