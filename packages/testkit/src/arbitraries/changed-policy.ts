import { type AgentPolicy, formatPolicy, parsePolicy } from '@countersign/core';
import fc from 'fast-check';
import { arbitraryCalmPolicy, arbitraryPolicy } from './arbitrary-policy.ts';
import { MERCHANT, WALLET } from './cast.ts';

/** Two policies that the parser lets through, the second made of parts of the first and of another one, mostly by taking away. */
export const arbitraryPolicyPair: fc.Arbitrary<readonly [before: AgentPolicy, after: AgentPolicy]> = fc
  .tuple(fc.oneof(arbitraryPolicy, arbitraryCalmPolicy), arbitraryPolicy, fc.integer({ min: 1, max: 2 ** 31 }), fc.nat({ max: 9 }))
  .map(([before, other, seed, alias]) => {
    const draw = draws(seed);
    const after = mixed(before, other, draw, 0.02 + draw() * 0.15) as AgentPolicy;
    // Seldom the merchant is the owner, who may then be listed twice: by name and by address.
    return alias === 0 ? ([ownersMerchant(before), ownersMerchant(after)] as const) : ([before, after] as const);
  })
  .map(([before, after]) => [before, reparsed(after)] as const)
  .filter((pair): pair is readonly [AgentPolicy, AgentPolicy] => pair[1] !== null && reparsed(pair[0]) !== null);

/** A number from 0 to 1 each time (mulberry32). */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Fields = { readonly [name: string]: unknown };

/** What tells one thing from another stays as it is; of these more is tighter. */
const FIXED: ReadonlySet<string> = new Set(['seconds', 'version', 'position']);
const MORE: ReadonlySet<string> = new Set(['delaySeconds', 'weight', 'cooldownSeconds']);

/** `one` with some of it tighter, missing, or taken from `other`; seldom looser. */
function mixed(one: unknown, other: unknown, draw: () => number, much: number, name = ''): unknown {
  const often = draw();
  if (Array.isArray(one)) {
    const theirs = Array.isArray(other) ? other : [];
    const kept = one.filter(() => draw() > much / 3).map((each, index) => mixed(each, theirs[index], draw, much));
    return draw() < much / 2 ? [...kept, ...theirs.slice(0, 1)] : kept;
  }
  if (typeof one === 'object' && one !== null) {
    if (often < much / 4) return other ?? one;
    const theirs = (typeof other === 'object' && other !== null ? other : {}) as Fields;
    return Object.fromEntries(Object.entries(one).map(([each, value]) => [each, mixed(value, theirs[each], draw, much, each)]));
  }
  if (often > much || FIXED.has(name)) return one;
  if (typeof one !== 'bigint' && typeof one !== 'number') return other ?? one;
  const fewer = draw() < 0.95 !== MORE.has(name);
  if (typeof one === 'bigint') return fewer ? (one * BigInt(Math.floor(draw() * 100))) / 100n : one + 1n;
  return fewer ? Math.floor(one * draw()) : Math.ceil(one * (1 + draw()));
}

function ownersMerchant(policy: AgentPolicy): AgentPolicy {
  return {
    ...policy,
    recipients: policy.recipients.map((each) => (each.address === MERCHANT ? { ...each, address: WALLET.owner } : each)),
  };
}

function reparsed(policy: AgentPolicy): AgentPolicy | null {
  const parsed = parsePolicy(formatPolicy(policy));
  return parsed.ok ? parsed.value : null;
}
