import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Ran, runCli } from '../test-support/test-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MERCHANT = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
const STRANGER = '7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2';
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const documentation = (path: string): string => readFileSync(fileURLToPath(new URL(`../../../../docs/${path}`, import.meta.url)), 'utf8');

/** Without a service, a credential, or a network. */
const cli = (...argv: readonly string[]): Promise<Ran> => runCli(argv, { cwd: folder });
function file(name: string, content: unknown): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}
async function preset(name: string, ...more: readonly string[]): Promise<string> {
  return file(`${name}.json`, (await cli('policy', 'preset', name, ...more)).out);
}

describe('policy preset', () => {
  test.each(['cautious', 'standard', 'trading'])('%s prints a document that has nothing to be found', async (name) => {
    const written = await preset(name, '--recipient', `${MERCHANT}=Merchant`, '--asset', 'SOL=2', `${USDC}:6=200`);
    const checked = await cli('policy', 'check', written, '--json');
    expect(checked.code).toBe(0);
    expect(checked.json()).toMatchObject({
      valid: true,
      findings: [],
      chainLimits: [
        { asset: 'SOL', amount: '2000000000' },
        { asset: USDC, amount: '200000000' },
      ],
    });
  });
  test('without recipients and assets: the owner, and SOL', async () => {
    const printed = await cli('policy', 'preset', 'standard', '--json');
    expect(printed.json()).toMatchObject({ recipients: [{ address: 'owner' }], assets: [{ asset: 'SOL' }] });
  });
  test('without a name it says which there are', async () => {
    const listed = await cli('policy', 'preset');
    expect(listed.code).toBe(0);
    for (const name of ['cautious', 'standard', 'trading']) expect(listed.out).toContain(name);
  });
  test.each([
    [['yolo'], 'no preset'],
    [['standard', '--recipient', MERCHANT], 'no two parts'],
    [['standard', '--recipient', 'abc=Merchant'], 'no address'],
    [['standard', '--recipient', `${MERCHANT}=\u202eMerchant`], 'no valid policy'],
    [['standard', '--recipient', `${MERCHANT}=A`, `${MERCHANT}=B`], 'no valid policy'],
    [['standard', '--asset', `${USDC}=5`], 'decimals'],
    [['standard', '--asset', 'SOL:19=5'], 'decimals'],
    [['standard', '--asset', 'SOL=0.0000009'], 'too small'],
    [['standard', '--asset', 'SOL=9999999999'], 'too large'],
    [['standard', '--asset', 'SOL=1e9'], 'not an amount'],
  ])('wrong use: %j', async (argv, words) => {
    const refused = await cli('policy', 'preset', ...argv);
    expect(refused.code).toBe(2);
    expect(refused.notes).toContain(words);
  });
});

describe('policy schema', () => {
  test('docs/spec/policy.schema.json is current', async () => {
    const { out } = await cli('policy', 'schema');
    const kept: unknown = JSON.parse(documentation('spec/policy.schema.json'));
    expect(JSON.stringify(kept), 'run: countersign policy schema > docs/spec/policy.schema.json').toBe(JSON.stringify(JSON.parse(out)));
  });
});

describe('policy check', () => {
  test('the commented example is a valid policy with nothing to be found', async () => {
    const written = file('example.json', documentation('policy.example.jsonc').replace(/^\s*\/\/.*$/gm, ''));
    const checked = await cli('policy', 'check', written, '--json');
    expect(checked.json()).toMatchObject({ valid: true, findings: [] });
    expect(checked.code).toBe(0);
  });
  test('findings are shown as a table; an error is exit code 2, a warning is not', async () => {
    const policy = (await cli('policy', 'preset', 'standard', '--json')).json();
    const warned = await cli('policy', 'check', file('warned.json', { ...policy, denials: { seconds: 3_600, freezeAt: 1 } }));
    expect(warned.code).toBe(0);
    expect(warned.out).toMatch(/^FINDING +WHERE +WHAT IS WRONG +WHAT TO DO$/m);
    expect(warned.out).toMatch(/^warning +denials\.freezeAt +/m);
    const wrong = await cli('policy', 'check', file('wrong.json', { ...policy, recipients: [], otherRecipients: 'denied' }), '--json');
    expect(wrong.code).toBe(2);
    expect(wrong.json()).toMatchObject({ valid: true, findings: [{ severity: 'error', path: 'recipients' }] });
  });
  test('a document that is no policy names every place', async () => {
    const refused = await cli('policy', 'check', file('broken.json', { version: 1, extra: true }), '--json');
    expect(refused.code).toBe(2);
    expect(refused.json()).toMatchObject({ code: 'policy_invalid' });
  });
});

describe('policy explain', () => {
  const request = (amount: string, recipient: string = MERCHANT): string => JSON.stringify({ asset: 'SOL', amount, recipient });
  const explain = async (...argv: readonly string[]): Promise<Ran> =>
    cli('policy', 'explain', await preset('standard', '--recipient', `${MERCHANT}=Merchant`, 'owner=Owner', '--asset', 'SOL=2'), ...argv);

  test('every rule and every budget, before and after', async () => {
    const told = await explain('--request', request('500000000'), '--at', '2027-01-31T23:00:00Z');
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/^verdict +allowed$/m);
    for (const rule of ['listed-recipients', 'amount-per-window', 'near-limit', 'clocks-agree'])
      expect(told.out).toMatch(new RegExp(`^${rule} +ok$`, 'm'));
    expect(told.out).toMatch(/^SOL, 1 day +agent alone +2 \(2000000000\) +0 \(0\) +0\.5 \(500000000\) +yes +-$/m);
  });
  test.each([
    ['over the autonomous amount', ['--request', request('500000001')], 'needs_delay', 'delayed', 0],
    ['never paid before', ['--request', request('1'), '--first'], 'needs_delay', 'delayed', 0],
    ['over the delayed amount', ['--request', request('2000000001')], 'needs_owner', 'countersigned', 0],
    ['the same with consent', ['--request', request('2000000001'), '--consent'], 'allowed', 'countersigned', 0],
    ['over the ceiling', ['--request', request('8000000001'), '--consent'], 'denied', null, 3],
    ['to somebody else', ['--request', request('1', STRANGER)], 'needs_owner', 'countersigned', 0],
    ['to the owner', ['--request', request('1', 'owner')], 'allowed', 'autonomous', 0],
  ])('%s', async (_name, argv, verdict, route, code) => {
    const told = await explain(...argv, '--json');
    expect(told.json()).toMatchObject({ verdict, route });
    expect(told.code).toBe(code);
  });
  test('what was spent counts, and comes back when it leaves the window', async () => {
    const told = await explain('--request', request('500000000'), '--spent', 'SOL=1500000001', '--at', '2027-01-31T23:00:00Z', '--json');
    expect(told.json()).toMatchObject({ verdict: 'needs_owner' });
    expect(told.json()['budgets']).toContainEqual(
      expect.objectContaining({
        of: 'SOL',
        limitKind: 'autonomous',
        used: '1500000001',
        usedAfter: '2000000001',
        fits: false,
        comesBackAt: '2027-02-01T23:00:00.001Z',
      }),
    );
  });
  test('a request may stand in a file', async () => {
    expect((await explain('--request', file('request.json', request('1')))).code).toBe(0);
  });
  test.each([
    [['--request', '{"asset":"SOL","amount":1,"recipient":"owner"}'], 'amount'],
    [['--request', '{"asset":"SOL","amount":"1","recipient":"owner","asset":"SOL"}'], 'twice'],
    [['--request', '{"asset":"SOL","amount":"1","recipient":"owner","to":"me"}'], 'unknown member "to"'],
    [['--request', '{"asset":"SOL","amount":"1"}'], 'recipient'],
    [['--request', '{"message":"AA=="}'], '--dry-run'],
    [['--request', 'nowhere.json'], 'cannot be read'],
    [['--request', request('1'), '--at', 'tomorrow'], 'no moment'],
    [['--request', request('1'), '--spent', 'SOL=0.5'], 'base units'],
    [[], '--request'],
  ])('wrong use: %j', async (argv, words) => {
    const refused = await explain(...argv);
    expect(refused.code).toBe(2);
    expect(refused.notes).toContain(words);
  });
});
