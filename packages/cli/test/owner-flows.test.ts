import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must, SOL, type Stack, startStack } from '../../api/test/end-to-end/stack.ts';
import { keypairFile } from '../src/test-support/owner-files.ts';
import { type Ran, runCli } from '../src/test-support/test-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-flows-'));
const owner = keypairFile(folder, 'owner.json', 90);
const next = keypairFile(folder, 'next.json', 91);
const recovery = keypairFile(folder, 'recovery.json', 92);
const merchant = keypairFile(folder, 'merchant.json', 93);
const later = keypairFile(folder, 'later.json', 95);
const destination = keypairFile(folder, 'destination.json', 94);
let stack: Stack;
let operator: string;

beforeAll(async () => {
  stack = await startStack({}, { slotMs: 25 });
  operator = must(await stack.operator.createCredential({ role: 'operator', wallet: null, label: 'cli' })).secret;
  const preset = await runCli(['policy', 'preset', 'standard', '--recipient', `${merchant.key.address}=Shop`, '--asset', 'SOL=1'], {
    cwd: folder,
  });
  writeFileSync(join(folder, 'policy.json'), preset.out);
}, 120_000);
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

/** The command as an operator beside the owner's key; everything that is signed is checked by it first. */
const cli = async (
  argv: readonly string[],
  env: { readonly [name: string]: string } = { COUNTERSIGN_CREDENTIAL: operator },
): Promise<Ran> => {
  const ran = await runCli([...argv, '--json'], {
    env: { XDG_CONFIG_HOME: folder, COUNTERSIGN_URL: stack.url, COUNTERSIGN_OWNER_KEY_FILE: owner.path, ...env },
    cwd: folder,
    answers: null,
  });
  expect(ran.code, `${argv.join(' ')}: ${ran.out.slice(0, 1_500)} ${ran.notes.slice(-500)}`).toBe(0);
  return ran;
};
const approve = (...more: readonly string[]): Promise<Ran> => cli(['approve', '--yes', '--watch', ...more]);
const wallet = async () => (await cli(['wallet', 'show', 'main'])).json() as { readonly [name: string]: string };

describe('the owner’s half from the command line, against the service and the real program', () => {
  test('a wallet with a recovery key; a lockdown and a recovery kit signed ahead of need', async () => {
    const create = [
      'wallet',
      'create',
      '--name',
      'main',
      '--owner-key',
      'owner.json',
      '--recovery',
      recovery.key.address,
      '--policy',
      'policy.json',
    ];
    await cli(create);
    await approve();
    const { vault = '', state } = await wallet();
    expect(state).toBe('active');
    await stack.fund(vault, 5n * SOL);
    await stack.fund(owner.key.address, SOL);
    await cli(['kits', 'arm', '--yes', '--watch']);
    await cli(['owner', 'recovery-kit', '--yes', '--out', 'kit.json']);
    await cli(['owner', 'recovery-kit', 'check', 'kit.json']);
    expect((await cli(['kits'])).json()).toMatchObject({ warnings: [] });
  }, 120_000);
  test('the owner signs in and sees; freezes without a credential; unfreezes after seeing what changed', async () => {
    await cli(['owner', 'sign-in', '--yes'], {});
    expect((await cli(['whoami'], {})).json()).toMatchObject({ role: 'owner', owner: owner.key.address });
    await cli(['keys'], {});
    await cli(['freeze', '--as-owner'], {});
    expect(await wallet()).toMatchObject({ state: 'frozen' });
    expect((await cli(['unfreeze'])).json()).toMatchObject({ changesSinceFreeze: { lockedDown: false } });
    await approve();
    expect(await wallet()).toMatchObject({ state: 'active' });
    await cli(['owner', 'sign-out'], {});
  }, 60_000);
  test('another agent key; another owner key, signed by both; a tighter policy at once', async () => {
    const { agent: before } = await wallet();
    await cli(['keys', 'rotate']);
    await approve();
    expect((await wallet())['agent']).not.toBe(before);
    await cli(['keys', 'replace-owner', '--to', next.key.address]);
    await approve('--new-owner-key', 'next.json');
    expect(await wallet()).toMatchObject({ owner: next.key.address });
    const tighter = readFileSync(join(folder, 'policy.json'), 'utf8').replace(/"signaturesPerMinute": \d+/, '"signaturesPerMinute": 1');
    writeFileSync(join(folder, 'tighter.json'), tighter);
    expect((await cli(['policy', 'diff', 'tighter.json'])).json()).toMatchObject({ tightensOnly: true });
    await cli(['policy', 'tighten', 'tighter.json']);
  }, 120_000);
  test('a lockdown reaches the chain with the owner asleep', async () => {
    const key = ['--owner-key', 'next.json'];
    await cli(['kits', 'arm', '--yes', '--watch', ...key]);
    const locked = await cli(['lockdown', '--yes', '--reason', 'a test']);
    expect(locked.json()).toMatchObject({ lockedDown: true });
    await cli(['doctor']);
  }, 120_000);
  test('a lost owner key: the kit, the recovery key and the chain; then the service goes on with a new owner', async () => {
    const second = ['--wallet', 'second'];
    const create = ['wallet', 'create', '--name', 'second', '--owner-key', 'owner.json', '--recovery', recovery.key.address];
    await cli([...create, '--policy', 'policy.json']);
    await approve(...second);
    await cli(['owner', 'recovery-kit', '--yes', '--out', 'second-kit.json', ...second]);
    await stack.fund(recovery.key.address, SOL);
    await cli(['owner', 'recover', '--kit', 'second-kit.json', '--recovery-key', 'recovery.json', '--rpc', stack.chain.url, '--yes'], {});
    await cli(['keys', 'replace-owner', '--to', later.key.address, '--consent', 'recovery', ...second]);
    await approve(...second, '--owner-key', 'recovery.json', '--new-owner-key', 'later.json');
    expect((await cli(['wallet', 'show', 'second'])).json()).toMatchObject({ owner: later.key.address });
  }, 120_000);
  test('with the service deleted the money leaves', async () => {
    const { multisig = '' } = await wallet();
    await stack.fund(next.key.address, SOL);
    await stack.deleteService();
    const to = destination.key.address;
    await cli(
      [
        'owner',
        'withdraw',
        '--rpc',
        stack.chain.url,
        '--multisig',
        multisig,
        '--to',
        to,
        '--owner-key',
        'next.json',
        '--confirm',
        to.slice(0, 8),
      ],
      {},
    );
    const balance = (await stack.rpc('getBalance', [to])) as { readonly value: number };
    expect(balance.value).toBeGreaterThan(Number(4n * SOL));
  }, 60_000);
});
