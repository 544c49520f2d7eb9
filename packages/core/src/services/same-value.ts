import type { Effect } from '../domain/effect.ts';

/**
 * Whether two decodings do the same of value: every effect but the costs of carrying them out, the steps of the proposal around them and where
 * in the message each stands. Order counts: what a message does first can matter.
 */
export function sameValue(one: readonly Effect[], other: readonly Effect[]): boolean {
  const [left, right] = [one, other].map((effects) => effects.flatMap(valueIn));
  return left !== undefined && right !== undefined && left.length === right.length && left.every((text, index) => text === right[index]);
}

const CARRYING: ReadonlySet<string> = new Set(['propose', 'approve', 'execute', 'close']);

function valueIn(effect: Effect): readonly string[] {
  if (effect.kind === 'fee' || effect.kind === 'memo') return [];
  if (effect.kind === 'governance' && CARRYING.has(effect.action)) return [];
  return [
    JSON.stringify({ ...effect, instruction: null }, (_name, value) => (typeof value === 'bigint' ? `${value}n` : (value as unknown))),
  ];
}
