import type { ApprovalView } from './approvals.ts';

export interface PolicyView {
  readonly wallet: string;
  readonly revision: number;
  readonly state: 'proposed' | 'active' | 'superseded' | 'void';
  /** The exact document. */
  readonly text: string;
  readonly policySha256: string;
  readonly boundsSha256: string;
  readonly limits: readonly {
    readonly asset: string;
    readonly spendingLimit: string;
    readonly amount: string;
    readonly periodSeconds: number;
  }[];
  /** What the operator tightened since; its text takes the place of `text` in every decision. */
  readonly tightening: TighteningView | null;
  readonly createdAt: string;
  readonly activatedAt: string | null;
}

export interface TighteningView {
  /** From 1 in each revision. */
  readonly number: number;
  readonly text: string;
  readonly policySha256: string;
  /** The credential that did it. */
  readonly by: string;
  readonly at: string;
}

/** POST /v1/wallets/{wallet}/policies (operator) */
export interface ProposePolicy {
  readonly policy: string;
  /** The recovery key from this revision on: absent, it stays; `null`, there is none any more. */
  readonly recovery?: string | null | undefined;
}

/** POST /v1/wallets/{wallet}/policies/diff (operator, owner) and …/tighten (operator; answers PolicyView) */
export interface PolicyText {
  readonly policy: string;
}

/** One difference between two policy documents. */
export interface PolicyChangeView {
  /** Where in the document: `assets.SOL.perTransaction.autonomous`. */
  readonly path: string;
  /** Whether the agent may do more by it. */
  readonly effect: 'loosens' | 'tightens' | 'neutral';
  readonly before: string | null;
  readonly after: string | null;
  readonly sentence: string;
}

/** Against the document in force. */
export interface PolicyDiff {
  readonly changes: readonly PolicyChangeView[];
  /** Whether the operator may put it in force alone (…/tighten). */
  readonly tightensOnly: boolean;
  /** Spending limits on chain that a revision with this document would change; `null` where there is none before or after. */
  readonly limits: readonly { readonly asset: string; readonly before: ChainLimitView | null; readonly after: ChainLimitView | null }[];
}

export interface ChainLimitView {
  readonly amount: string;
  readonly periodSeconds: number;
  readonly destinations: readonly string[];
}

export interface ProposedPolicy {
  readonly revision: PolicyView;
  /** Against the document in force when it was proposed. */
  readonly changes: readonly PolicyChangeView[];
  readonly approval: ApprovalView;
}
