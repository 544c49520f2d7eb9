import type { AssetId } from './asset.ts';

/** Who must sign: the agent alone within its limits on chain, or agent and owner together. */
export type Route = 'autonomous' | 'countersigned';

/** One rule's objection. `denied`: no signature exists. `needs_owner`: the agent may not do it alone, the owner may let it. */
export interface Objection {
  readonly rule: string;
  readonly outcome: 'denied' | 'needs_owner';
  /** One sentence for people, with the figures in it. */
  readonly message: string;
  /** Facts for machines: amounts as decimal strings of base units, moments as ISO 8601. */
  readonly details: { readonly [name: string]: string | number | null };
}

/** What is left of one rolling window after everything reserved and settled. Amounts in base units. */
export interface BudgetLine {
  readonly asset: AssetId;
  readonly windowSeconds: number;
  readonly route: Route;
  readonly limit: bigint;
  readonly used: bigint;
  readonly remaining: bigint;
  /** When enough comes back for the amount asked, if it ever does; `null` when it fits now or never will. */
  readonly comesBackAtMs: number | null;
}

export interface Decision {
  readonly verdict: 'allowed' | 'needs_owner' | 'denied';
  readonly route: Route | null;
  readonly policyRevision: number | null;
  /** Every rule that objected, not the first. */
  readonly objections: readonly Objection[];
  readonly budgets: readonly BudgetLine[];
  /** The facts that the decision stands on. */
  readonly decidedAtMs: number;
  readonly slot: bigint | null;
}
