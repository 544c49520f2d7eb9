import type { BudgetLine } from '../domain/decision.ts';
import type { AttemptId, WalletId } from '../domain/ids.ts';
import type { Holding, Metered, MeterUsage, MeterWindow } from '../domain/meter.ts';

/**
 * INVARIANT I4: for every window, reserved + settled ≤ cap. What is reserved counts until it is settled or released, however long that takes;
 * what is settled counts from the moment of its settling, with what really moved. All calls happen under the wallet's row lock.
 */
export interface IBudgetStore {
  /** Each window in order. `owner` windows count all wallets of the same owner, whose rows the caller has locked too. */
  usage(walletId: WalletId, windows: readonly MeterWindow[], nowMs: number): Promise<readonly MeterUsage[]>;
  /**
   * The earliest moment at which the line will have room for what is asked, if nothing more is spent and what is reserved settles now in full;
   * `null` when it has room now or never will.
   */
  comesBackAt(walletId: WalletId, line: Omit<BudgetLine, 'comesBackAtMs' | 'of'>, nowMs: number): Promise<number | null>;
  reserve(entry: {
    readonly attemptId: AttemptId;
    readonly walletId: WalletId;
    readonly holding: Holding;
    readonly atMs: number;
  }): Promise<void>;
  /**
   * The attempt landed for good and moved `amounts`: every meter that it holds, each at most what was reserved, else it throws. Of a frozen
   * wallet more may settle than was reserved, and meters that were not.
   */
  settle(attemptId: AttemptId, amounts: readonly Metered[], atMs: number): Promise<void>;
  /** Only on proof that the attempt moved nothing and cannot land. */
  release(attemptId: AttemptId): Promise<void>;
}
