import type { Meter } from './meter.ts';

/** Who must sign, and when: the agent alone within its limits on chain, at once or after a delay in which the owner may veto; or both. */
export type Route = 'autonomous' | 'delayed' | 'countersigned';

/**
 * One rule's objection. `denied`: no signature exists. `needs_owner`: the agent may not do it alone, the owner may let it. `needs_delay`: the
 * agent may do it alone after `details.delaySeconds`, unless the owner vetoes.
 */
export interface Objection {
  readonly rule: string;
  readonly outcome: 'denied' | 'needs_owner' | 'needs_delay';
  /** One sentence for people, with the figures in it. */
  readonly message: string;
  /** Facts for machines: amounts as decimal strings of base units, moments as ISO 8601. */
  readonly details: { readonly [name: string]: string | number | null };
}

/** What is left of one rolling window before this request, after everything reserved and settled. */
export interface BudgetLine {
  /** What is counted, for people: an asset id, `transactions`, `fees`, `group dollars`, `SOL to 9xQe…`. */
  readonly of: string;
  /** The meters that make it, each with the weight it counts with; one with weight 1 but for groups. */
  readonly terms: readonly { readonly meter: Meter; readonly weight: bigint }[];
  readonly scope: 'wallet' | 'owner';
  readonly windowSeconds: number;
  /** Which limit of the window: what the agent may do alone, or the ceiling over everything. */
  readonly limitKind: 'autonomous' | 'ceiling';
  readonly limit: bigint;
  readonly used: bigint;
  readonly remaining: bigint;
  /** What this request would add. */
  readonly asked: bigint;
  /** When enough comes back for the amount asked, if it ever does; `null` when it fits now or never will. */
  readonly comesBackAtMs: number | null;
}

export interface Decision {
  readonly verdict: 'allowed' | 'needs_delay' | 'needs_owner' | 'denied';
  readonly route: Route | null;
  /** How long it has to wait, with the verdict `needs_delay`. */
  readonly delaySeconds: number | null;
  readonly policyRevision: number | null;
  /** Every rule that objected, not the first. */
  readonly objections: readonly Objection[];
  readonly budgets: readonly BudgetLine[];
  /** The facts that the decision stands on. */
  readonly decidedAtMs: number;
  readonly slot: bigint | null;
  readonly chainTimeMs: number | null;
}
