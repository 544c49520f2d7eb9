/** Whether the agent may do more by a change of its policy, less, or the same. What is not provably less counts as more. */
export type PolicyEffect = 'loosens' | 'tightens' | 'neutral';

/** One difference between two policies. */
export interface PolicyChange {
  /** Where: names of members, and of a list's members what tells them apart: `assets.SOL.windows.86400.ceiling`. */
  readonly path: string;
  /** As the document spells it; `null` where there was nothing. */
  readonly before: string | null;
  readonly after: string | null;
  readonly effect: PolicyEffect;
}

/** One plain sentence. */
export function describePolicyChange({ path, before, after, effect }: PolicyChange): string {
  const does = { loosens: 'allows more', tightens: 'allows less', neutral: 'allows the same' }[effect];
  if (before === null) return `${path} is new, ${after}: this ${does}.`;
  if (after === null) return `${path}, ${before}, is taken away: this ${does}.`;
  return `${path} becomes ${after} instead of ${before}: this ${does}.`;
}

export function loosening(changes: readonly PolicyChange[]): readonly PolicyChange[] {
  return changes.filter(({ effect }) => effect === 'loosens');
}

/** Whether the operator may put the second policy in the first one's place alone: it allows less somewhere and nowhere more (INVARIANT I7). */
export function tightensOnly(changes: readonly PolicyChange[]): boolean {
  return changes.some(({ effect }) => effect === 'tightens') && loosening(changes).length === 0;
}
