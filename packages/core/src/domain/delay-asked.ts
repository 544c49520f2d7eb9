import type { Decision } from './decision.ts';

/** The longest delay that a decision asks, in seconds, whether or not it was served; 0 where it asks none. */
export function delayAsked({ objections }: Pick<Decision, 'objections'>): number {
  return objections.reduce((longest, { outcome, details }) => {
    const { delaySeconds } = details as { readonly delaySeconds?: unknown };
    return outcome === 'needs_delay' && typeof delaySeconds === 'number' ? Math.max(longest, delaySeconds) : longest;
  }, 0);
}
