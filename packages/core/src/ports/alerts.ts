import type { WalletId } from '../domain/ids.ts';

/** Something that a person has to hear of now. */
export interface Alert {
  /** Stable name, `noun.verb`, such as `wallet.frozen`, `chain.drifted`, `lockdown.failed`, `key.overdue`. */
  readonly kind: string;
  readonly walletId: WalletId | null;
  readonly severity: 'warning' | 'critical';
  /** One plain sentence; holds no secret. */
  readonly message: string;
}

/** Tells people. Never throws and never waits: what must not be lost is in the audit log (INVARIANT I10). */
export interface IAlerts {
  raise(alert: Alert): void;
}
