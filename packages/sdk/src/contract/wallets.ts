import type { ApprovalView } from './approvals.ts';

/** POST /v1/wallets (operator). `policy` is the exact text of the policy document. */
export interface CreateWallet {
  readonly name: string;
  readonly owner: string;
  /** A second owner key that lies offline and may take a lost owner key's place; none when absent or `null`. */
  readonly recovery?: string | null | undefined;
  readonly policy: string;
}

export interface WalletView {
  readonly id: string;
  readonly name: string;
  readonly state: 'creating' | 'active' | 'frozen' | 'failed';
  /** The only address to fund; `null` until the wallet is active. */
  readonly vault: string | null;
  /** What owner statements name. Money that is sent here is lost: fund `vault`. */
  readonly multisig: string;
  readonly owner: string;
  readonly agent: string;
  readonly recovery: string | null;
  /** The approval by which its keys are being changed; nothing new is signed meanwhile. */
  readonly rekeyingBy: string | null;
  readonly policyRevision: number | null;
  readonly frozenReason: string | null;
  /** Spendable balances of the assets that the policy lists; `null` where the chain could not be asked (list: always null). */
  readonly balances: readonly BalanceView[] | null;
  readonly createdAt: string;
}

export interface BalanceView {
  readonly asset: string;
  readonly amount: string;
  readonly decimals: number;
}

export interface CreatedWallet {
  readonly wallet: WalletView;
  readonly approval: ApprovalView;
}
