import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Case } from './open-case.ts';
import type { Rehearsal } from './run-page.ts';

export function rehearseFreeze(its: Case): Rehearsal {
  const expectState = async (state: string): Promise<void> => {
    expect(await its.wallet()).toMatchObject({ state });
  };
  return its.rehearse({
    'it is frozen': () => expectState('frozen'),
    'it is active': () => expectState('active'),
    'the old credential opens nothing and the new one does': async () => {
      await its.run('agent', 'countersign whoami', 2);
      copyFileSync(join(its.stick, 'agent-credential'), join(its.folder, 'agent.secret'));
      await its.run('agent', 'countersign whoami');
    },
    'the owner lets it go on': async () => {
      await its.run('operator', 'countersign unfreeze --wallet "$WALLET"');
      await its.run('operator', 'countersign approve --wallet "$WALLET" --owner-key "$OWNER_KEY" --yes --watch');
      await expectState('active');
    },
  });
}

/** `other`: for which nothing is ever armed. */
export function rehearseLockdown(its: Case, other: Case): Rehearsal {
  let current = its;
  return its.rehearse({
    'the chain has no limit of the agent': async () => {
      expect((await current.onChain()).limits).toEqual([]);
    },
    'this is another wallet, for which nothing is armed': async () => {
      current = other;
      for (const name of other.variables.keys()) its.variables.set(name, other.get(name));
      Object.assign(its.seats, other.seats);
    },
    'the chain has the limits of the policy again': async () => {
      expect((await its.onChain()).limits).toHaveLength(1);
    },
    'a lockdown is armed': async () => {
      const { seen } = await its.run('operator', 'countersign kits --wallet "$WALLET" --json');
      expect(JSON.parse(seen)).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ state: 'armed' })]) });
    },
  });
}
