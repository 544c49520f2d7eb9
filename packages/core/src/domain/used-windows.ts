import type { BudgetLine } from './decision.ts';
import type { MeterUsage } from './meter.ts';
import type { AskedWindow } from './window-limits.ts';

/** A window that a transaction has to do with, and what is used of it. */
export interface UsedWindow extends AskedWindow {
  /** Without this transaction; `null` when it could not be read. */
  readonly used: { readonly alone: bigint; readonly total: bigint } | null;
}

/** Puts usage to windows. INVARIANT I5: a term whose usage is missing, or makes no sense, leaves the window unknown. */
export function usedWindows(windows: readonly AskedWindow[], usage: readonly MeterUsage[]): readonly UsedWindow[] {
  return windows.map(({ limit, asked }) => {
    let alone = 0n;
    let total = 0n;
    for (const { meter, weight } of limit.terms) {
      const used = usage.find((each) => each.seconds === limit.seconds && each.meter === meter && each.scope === limit.scope);
      if (!used || !(used.alone >= 0n) || !(used.total >= used.alone)) return { limit, asked, used: null };
      alone += used.alone * weight;
      total += used.total * weight;
    }
    return { limit, asked, used: { alone, total } };
  });
}

export function remaining(limit: bigint, used: bigint): bigint {
  return used >= limit ? 0n : limit - used;
}

/** Both limits of every window that is known, with what is left before this transaction. */
export function budgetLines(windows: readonly UsedWindow[]): readonly BudgetLine[] {
  const lines: BudgetLine[] = [];
  for (const { limit, asked, used } of windows) {
    if (used === null) continue;
    if (limit.autonomous !== null) lines.push(budgetLine(limit, 'autonomous', limit.autonomous, used.alone, asked));
    if (limit.ceiling !== null) lines.push(budgetLine(limit, 'ceiling', limit.ceiling, used.total, asked));
  }
  return lines;
}

function budgetLine(
  { of, terms, scope, seconds }: AskedWindow['limit'],
  limitKind: BudgetLine['limitKind'],
  limit: bigint,
  used: bigint,
  asked: bigint,
): BudgetLine {
  return {
    of,
    terms,
    scope,
    windowSeconds: seconds,
    limitKind,
    limit,
    used,
    remaining: remaining(limit, used),
    asked,
    comesBackAtMs: null,
  };
}
