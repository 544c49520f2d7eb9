import type { DurableNonce, Effect } from '@countersign/core';
import { SYSTEM } from './addresses/programs.ts';
import type { Scope } from './scope.ts';

/**
 * INVARIANT I5: a message that never expires is understood only where it is a kit: it removes spending limits and nothing else, or sets the config
 * authority and nothing else. In everything else the durable nonce is unknown, since what is consented to now could land at any time.
 */
export function judgeDurable(effects: readonly Effect[]): readonly Effect[] {
  const durable = effects.find((effect) => effect.kind === 'durable_nonce');
  if (!durable || isKit(effects.filter(({ kind }) => kind !== 'durable_nonce' && kind !== 'fee'))) return effects;
  return effects.map((effect) => (effect.kind === 'durable_nonce' ? refusal(effect) : effect));
}

function isKit(others: readonly Effect[]): boolean {
  const actions = others.map((effect) => (effect.kind === 'governance' ? effect.action : null));
  const removes = actions.length > 0 && actions.every((action) => action === 'remove_limit');
  return removes || (actions.length === 1 && actions[0] === 'set_config_authority');
}

function refusal({ instruction, account }: DurableNonce): Effect {
  const reason = `the instruction uses up durable nonce ${account}; the message does not expire, and does more than a kit may`;
  return { kind: 'unknown', instruction, program: SYSTEM, reason };
}

/** A nonce account that a message makes and gives to nobody: whoever comes first could take it. */
export function ownerlessNonces({ nonces }: Scope): readonly Effect[] {
  return [...nonces].flatMap(([account, { position, initialized }]): readonly Effect[] => {
    const reason = `the instruction makes nonce account ${account}, which this message gives to nobody`;
    return initialized ? [] : [{ kind: 'unknown', instruction: position, program: SYSTEM, reason }];
  });
}
