import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { SOL, type Stack } from '../../../api/test/end-to-end/stack.ts';
import { type Case, expectNewAgent, nameAddress, sealKey } from './open-case.ts';
import type { Rehearsal } from './run-page.ts';

export function rehearseRotateAgent(its: Case): Rehearsal {
  return its.rehearse({ 'the chain knows the new agent key and not the old one': () => expectNewAgent(its) });
}

/** INVARIANT I8: config authority and member at finalized; the key before it is neither. */
async function expectOwner(its: Case, owner: string, before: string): Promise<void> {
  const { configAuthority, members } = await its.onChain();
  expect(configAuthority).toBe(owner);
  const keys = members.map(({ key }) => String(key));
  expect(keys).toContain(owner);
  expect(keys).not.toContain(before);
}

export function rehearseRotateOwner(its: Case): Rehearsal {
  const { variables, get, folder } = its;
  variables.set('NEW_OWNER_KEY', join(folder, 'new-owner-key.json'));
  return its.rehearse({
    'NEW_OWNER is the address that was printed': async ({ seen }) => nameAddress(its, 'NEW_OWNER', seen),
    'the chain obeys the new owner key': () => expectOwner(its, get('NEW_OWNER'), get('OWNER')),
    'the next change is prepared': async () => {
      variables.set('OWNER', get('NEW_OWNER')).set('OWNER_KEY', get('NEW_OWNER_KEY'));
      variables.set('NEW_OWNER_KEY', join(folder, 'third-owner-key.json'));
      variables.set('NEW_OWNER', await sealKey(get('NEW_OWNER_KEY')));
    },
  });
}

export function rehearseLostOwner(its: Case, stack: Stack): Rehearsal {
  const { variables, get, folder } = its;
  variables.set('NEW_OWNER_KEY', join(folder, 'new-owner-key.json')).set('RECOVERY_KEY', join(folder, 'recovery-key.json'));
  return its.rehearse({
    'RECOVERY is the address that was printed': async ({ seen }) => nameAddress(its, 'RECOVERY', seen),
    'NEW_OWNER is the address that was printed': async ({ seen }) => nameAddress(its, 'NEW_OWNER', seen),
    'from here on the owner key is gone': async () => {
      rmSync(get('OWNER_KEY'));
      await stack.fund(get('RECOVERY'), SOL / 100n);
    },
    'the chain obeys the recovery key': () => expectOwner(its, get('RECOVERY'), get('OWNER')),
    'the chain obeys the new owner key': () => expectOwner(its, get('NEW_OWNER'), get('RECOVERY')),
  });
}
