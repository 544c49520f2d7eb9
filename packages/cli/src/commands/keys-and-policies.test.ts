import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyChangeView } from '@countersign/sdk';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { keyView, policyView } from '../test-support/fake-owner-side.ts';
import { createOwnerMachine } from '../test-support/owner-files.ts';
import { POLICY, RECIPIENT, STRANGER } from '../test-support/prepared.ts';

const machine = createOwnerMachine();
const { folder, cli } = machine;
writeFileSync(join(folder, 'policy.json'), POLICY);
afterAll(() => machine.end());
beforeEach(() => machine.begin());
const bodyOf = (end: string): unknown =>
  JSON.parse(machine.service().seen.findLast(({ path, method }) => method === 'POST' && path.endsWith(end))?.body || 'null');

describe('keys', () => {
  test('states, addresses, due dates, and what to do about each notice', async () => {
    machine.service().keys = [
      keyView({ notice: 'overdue' }),
      keyView({ role: 'owner', notice: 'due_soon', dueAt: '2027-01-01T00:00:00.000Z' }),
      keyView({ role: 'recovery', dueAt: null, state: 'active' }),
      keyView({ state: 'destroyed', endedAt: '2026-01-01T00:00:00.000Z' }),
    ];
    const listed = await cli(['keys']);
    expect(listed.out).toMatch(/^agent .*is overdue$/m);
    expect(listed.out).toMatch(/^! the agent key .*: countersign keys rotate$/m);
    expect(listed.out).toMatch(/^! the owner key .*replace-owner/m);
    const shown = await cli(['wallet', 'show']);
    expect(shown.out).toContain('countersign keys rotate');
    const sick = await cli(['doctor']);
    expect(sick.out).toMatch(/^! wallet main keys: the agent key .* is overdue/m);
  });
  test('rotate, revoke and replace-owner propose, and say who signs', async () => {
    expect((await cli(['keys', 'rotate', '--reason', 'lost'])).out).toContain('countersign approve apr_');
    expect(bodyOf('/rotate-agent-key')).toEqual({ reason: 'lost' });
    expect((await cli(['keys', 'rotate', '--reason', 'bored'])).code).toBe(2);
    expect((await cli(['keys', 'revoke'])).code).toBe(0);
    const replaced = await cli(['keys', 'replace-owner', '--to', RECIPIENT, '--consent', 'recovery']);
    expect(replaced.out).toContain('--new-owner-key NEW_FILE');
    expect(bodyOf('/replace-owner-key')).toEqual({ owner: RECIPIENT, consentOf: 'recovery' });
    expect((await cli(['keys', 'replace-owner', '--to', 'nobody'])).code).toBe(2);
  });
  test('the backup is written for its user alone, once; restoring sends exactly it', async () => {
    expect((await cli(['keys', 'backup', '--out', 'agent.json'])).code).toBe(0);
    expect([...readFileSync(join(folder, 'agent.json'))]).toEqual([0, 1, 2]);
    expect(statSync(join(folder, 'agent.json')).mode & 0o777).toBe(0o600);
    expect((await cli(['keys', 'backup', '--out', 'agent.json'])).code).toBe(5);
    expect((await cli(['keys', 'restore', 'agent.json'])).out).toContain('countersign keys rotate');
    expect((await cli(['keys', 'restore', 'none.json'])).code).toBe(2);
    writeFileSync(join(folder, 'empty.json'), '');
    expect((await cli(['keys', 'restore', 'empty.json'])).code).toBe(2);
  });
});

describe('policies', () => {
  const change = (effect: PolicyChangeView['effect'], sentence: string): PolicyChangeView => ({
    path: 'x',
    effect,
    before: '1',
    after: '2',
    sentence,
  });
  const both = [change('tightens', 'Less here.'), change('loosens', 'More there.')];

  test('diff marks what loosens, first, and says who may put it in force', async () => {
    machine.service().changes = both;
    const mixed = await cli(['policy', 'diff', 'policy.json']);
    expect(mixed.out.indexOf('✗ LOOSENS   More there.')).toBeLessThan(mixed.out.indexOf('✓ tightens  Less here.'));
    expect(mixed.out).toContain('✗ LOOSENS   More there.');
    expect(mixed.out).toContain('only the owner puts it in force');
    machine.service().changes = both.slice(0, 1);
    machine.service().tightensOnly = true;
    expect((await cli(['policy', 'diff', 'policy.json'])).out).toContain('countersign policy tighten policy.json');
    machine.service().changes = [];
    expect((await cli(['policy', 'diff', 'policy.json'])).out).toContain('says the same');
  });
  test('tighten: at once, or refused with every change that loosens', async () => {
    machine.service().changes = both;
    const refused = await cli(['policy', 'tighten', 'policy.json']);
    expect(refused.code).toBe(5);
    expect(refused.out).toContain('✗ LOOSENS   More there.');
    machine.service().tightensOnly = true;
    expect((await cli(['policy', 'tighten', 'policy.json'])).out).toContain('tightened for the 1. time');
    expect(bodyOf('/tighten')).toEqual({ policy: POLICY });
  });
  test('propose prints the difference; the recovery key stays, changes, or goes', async () => {
    machine.service().changes = both;
    const proposed = await cli(['policy', 'propose', 'policy.json']);
    expect(proposed.out).toContain('✗ LOOSENS   More there.');
    expect(bodyOf('/policies')).toEqual({ policy: POLICY });
    await cli(['policy', 'propose', 'policy.json', '--recovery', RECIPIENT]);
    expect(bodyOf('/policies')).toEqual({ policy: POLICY, recovery: RECIPIENT });
    await cli(['policy', 'propose', 'policy.json', '--recovery', 'none']);
    expect(bodyOf('/policies')).toEqual({ policy: POLICY, recovery: null });
    expect((await cli(['policy', 'propose', 'policy.json', '--recovery', 'me'])).code).toBe(2);
  });
  test('show tells what the operator tightened, and shows the document that decides', async () => {
    const text = POLICY.replace('"500000000"', '"400000000"').replace('"autonomous": "1000000000"', '"autonomous": "900000000"');
    machine.service().policies = [
      policyView({ tightening: { number: 2, text, policySha256: 'c'.repeat(64), by: 'crd_7', at: '2026-01-02T00:00:00.000Z' } }),
    ];
    const shown = await cli(['policy', 'show']);
    expect(shown.out).toContain('tightened for the 2. time by crd_7');
    expect(shown.out).toContain('up to 0.4 SOL (400000000)');
    expect(shown.out).toMatch(/^SOL +1 SOL \(1000000000\) +1 day/m);
    expect((await cli(['policy', 'show', '--text'])).out).toBe(text);
    expect((await cli(['policy', 'list'])).out).toContain('2 ×');
  });
});

describe('wallet', () => {
  test('show tells the recovery key, what is missing, and nothing less where it may not ask', async () => {
    machine.service().kits = { items: [], warnings: ['no lockdown is armed'] };
    const shown = await cli(['wallet', 'show']);
    expect(shown.out).toContain('recovery key     none: a lost owner key would lose the wallet');
    expect(shown.out).toContain('! no lockdown is armed');
    expect((await cli(['doctor'])).out).toContain('! wallet main kits: no lockdown is armed');
  });
  test('create takes a recovery key', async () => {
    const create = ['wallet', 'create', '--name', 'main', '--policy', 'policy.json'];
    await cli([...create, '--owner', STRANGER, '--recovery', RECIPIENT]);
    expect(bodyOf('/v1/wallets')).toMatchObject({ owner: STRANGER, recovery: RECIPIENT });
    await cli([...create, '--owner-key', 'owner.json']);
    expect(bodyOf('/v1/wallets')).toEqual({ name: 'main', owner: machine.owner, policy: POLICY });
    for (const wrong of [['--owner', STRANGER, '--recovery', 'me'], [], ['--owner', STRANGER, '--owner-key', 'owner.json']])
      expect((await cli([...create, ...wrong])).code, wrong.join(' ')).toBe(2);
  });
});
