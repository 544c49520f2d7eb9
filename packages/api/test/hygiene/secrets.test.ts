import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepare } from '../end-to-end/owner-desk.ts';
import { stealAgentKey, stealFeeKey, stretch } from '../end-to-end/read-key-file.ts';
import { PASSPHRASE as KEYSTORE_PASSPHRASE, must, policyFor, SOL, until, untilState } from '../end-to-end/stack.ts';
import { sql } from '../end-to-end/thief-ask.ts';
import { makeVictim, type Stage, startStage, type Victim } from '../end-to-end/thief-stage.ts';
import { makeSealedOwner } from './make-sealed-owner.ts';
import { searchMemory } from './search-memory.ts';
import { spellingsOf, textSpellings } from './spellings.ts';

const OWNER_PASSPHRASE = 'canary passphrase of the owner, 5b1f';
const WRONG_PASSPHRASE = 'canary of a wrong guess, 77c2';

/** ATTACK 224: no secret in memory where it does not belong, in no log, answer, metric, audit row or table. */
describe('secrets in a running service', () => {
  let folder: string;
  let stage: Stage;
  let victim: Victim;
  let here: string;
  let hereAgent: string;
  let keys: ReadonlyMap<string, Buffer>;
  const answers: string[] = [];
  const credentials = new Map<string, string>();

  /** Every answer is kept, whatever it is. */
  const ask = async (method: string, path: string, secret: string | null, body?: unknown, raw?: string): Promise<string> => {
    const response = await fetch(`${stage.stack.url}${path}`, {
      method,
      headers: {
        ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
        ...(body === undefined && raw === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${text}`);
    return text;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-hygiene-'));
    const path = join(folder, 'owner.json');
    const sealed = await makeSealedOwner(path, OWNER_PASSPHRASE);
    stage = await startStage({ env: { OPEN_OWNER_KEY_HERE: path, LOG_LEVEL: 'trace' } });
    victim = await makeVictim(stage, policyFor);
    const seeds = new Map<string, Buffer>([
      ['owner seed', sealed.seed],
      ['agent seed', (await stealAgentKey(stage.stack, victim.walletId)).seed],
      ['fee seed', (await stealFeeKey(stage.stack)).seed],
    ]);
    await useEverything(sealed.owner);
    seeds.set('agent seed after the rotation', (await stealAgentKey(stage.stack, here)).seed);
    const { kdf } = JSON.parse(await readFile(join(dirname(stage.stack.signer.socketPath), 'keystore', 'keystore.json'), 'utf8')) as {
      readonly kdf: Parameters<typeof stretch>[1];
    };
    seeds.set('key of the keystore', stretch(KEYSTORE_PASSPHRASE, kdf));
    keys = seeds;
  }, 180_000);
  afterAll(async () => {
    await stage?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Payments, a creation, a rotation and a payment with the key that is opened here, and everything that goes wrong. */
  async function useEverything(owner: string): Promise<void> {
    const { operator } = stage.stack;
    const operatorSecret = (await readFile(join(dirname(stage.stack.signer.socketPath), 'operator'), 'utf8')).trim();
    for (const [name, secret] of [
      ['operator', operatorSecret],
      ['agent', victim.agentSecret],
      ['owner session', victim.ownerSecret],
    ] as const)
      credentials.set(name, secret);
    const merchant = createTestKey().address;
    await stage.stack.fund(merchant, SOL / 100n);
    const created = must(await operator.createWallet({ name: 'here', owner, policy: policyFor(merchant) }));
    here = created.wallet.id;
    const openHere = (approval: string, passphrase: string): Promise<string> =>
      ask('POST', `/v1/approvals/${approval}/approve-here`, operatorSecret, { passphrase });
    await openHere(created.approval.id, WRONG_PASSPHRASE);
    await openHere(created.approval.id, OWNER_PASSPHRASE);
    await until('it is active', async () => must(await operator.getWallet(here)).state === 'active');
    await stage.stack.fund(must(await operator.getWallet(here)).vault ?? '', SOL);
    const secret = must(await operator.createCredential({ role: 'agent', wallet: here, label: 'here' })).secret;
    credentials.set('second agent', secret);
    const agent = stage.stack.client(secret);
    const wallet = { ...victim, id: here, agent, merchant };
    const pay = async (amount: string): Promise<void> => {
      const { transaction } = must(await agent.pay(here, { asset: 'SOL', amount, recipient: merchant }, stage.key()));
      if (transaction.approval !== null) await openHere(transaction.approval, OWNER_PASSPHRASE);
      await untilState(wallet, transaction.id, 'finalized');
    };
    await pay('1000');
    await pay('60000000');
    const rotation = must(await operator.rotateAgentKey(here));
    await openHere(rotation.id, OWNER_PASSPHRASE);
    await until('it is rotated', async () => must(await operator.getApproval(rotation.id)).state === 'done');
    hereAgent = must(await operator.getWallet(here)).agent;
    await pay('1000');
    await untilState(victim, must(await victim.agent.pay(victim.id, payment(), stage.key())).transaction.id, 'finalized');
    await makeErrors(operatorSecret, rotation.id);
    await stage.stack.killSigner();
    await ask('POST', `/v1/wallets/${here}/freeze`, operatorSecret, {});
    await stage.stack.restartSigner();
    await until('ready again', async () => must(await operator.ready()).ready);
  }
  const payment = () => ({ asset: 'SOL', amount: '1000', recipient: victim.merchant });

  async function makeErrors(operatorSecret: string, approval: string): Promise<void> {
    const passphrase = OWNER_PASSPHRASE;
    await ask('POST', `/v1/approvals/${approval}/approve-here`, operatorSecret, { passphrase });
    await ask('POST', `/v1/approvals/${approval}/approve-here`, operatorSecret, { passphrase, more: passphrase });
    await ask('POST', `/v1/approvals/${approval}/approve-here`, operatorSecret, { passphrase: [passphrase] });
    await ask('POST', `/v1/approvals/${approval}/approve-here`, operatorSecret, undefined, `{"passphrase":"${passphrase}"`);
    await ask('POST', `/v1/approvals/${approval}/approve-here`, victim.agentSecret, { passphrase });
    await ask('POST', `/v1/approvals/${approval}/approve-here`, null, { passphrase });
    await ask('GET', '/v1/whoami', `${victim.agentSecret}x`);
    await ask('GET', `/v1/wallets/${victim.id}`, victim.agentSecret.toUpperCase());
    await ask('POST', `/v1/wallets/${victim.id}/transactions`, victim.agentSecret, payment());
    await ask('POST', `/v1/wallets/${victim.id}/restore-agent-key`, operatorSecret, { backup: 'AAAA' });
    const { backup } = must(await stage.stack.operator.getAgentBackup(victim.id));
    await ask('POST', `/v1/wallets/${victim.id}/restore-agent-key`, operatorSecret, { backup });
    await ask('POST', '/v1/sign-in', null, { text: 'nothing', signature: 'x' });
    await ask('GET', '/nowhere', operatorSecret);
    for (const path of [
      '/v1/wallets',
      '/v1/credentials',
      '/v1/approvals',
      '/v1/audit?limit=100',
      '/metrics',
      '/health/ready',
      '/openapi.json',
    ])
      await ask('GET', path, operatorSecret);
    for (const each of [here, victim.id]) await ask('GET', `/v1/wallets/${each}/keys`, operatorSecret);
    await prepare(stage.stack.operator, must(await stage.stack.operator.rotateAgentKey(victim.id)).id);
  }

  const keySpellings = () => new Map([...keys].flatMap(([name, bytes]) => spellingsOf(name, bytes)));
  const passphraseSpellings = () => [
    ...textSpellings('owner passphrase', OWNER_PASSPHRASE),
    ...textSpellings('wrong passphrase', WRONG_PASSPHRASE),
    ...textSpellings('keystore passphrase', KEYSTORE_PASSPHRASE),
  ];
  /** Where nothing secret may stand at all. */
  const all = (): ReadonlyMap<string, Buffer> =>
    new Map([
      ...keySpellings(),
      ...passphraseSpellings(),
      ...[...credentials].flatMap(([name, secret]) => textSpellings(`credential of the ${name}`, secret)),
    ]);
  const foundIn = (content: Buffer): readonly string[] => [...all()].filter(([, needle]) => content.includes(needle)).map(([name]) => name);

  test('INVARIANT I9: no byte of a key stands in the memory of the API process, in any spelling', { timeout: 120_000 }, () => {
    const needles = new Map([...keySpellings(), ['control', Buffer.from(hereAgent)] as const]);
    expect([...searchMemory(stage.stack.apiPid, needles)]).toEqual(['control']);
  });

  test('INVARIANT I9: nor in a page of the signer that can be read; the passphrases neither', { timeout: 120_000 }, () => {
    const needles = new Map([...keySpellings(), ...passphraseSpellings(), ['control', Buffer.from(hereAgent)] as const]);
    expect([...searchMemory(stage.stack.signer.pid, needles)]).toEqual(['control']);
  });

  test('core dumps are off in both processes', async () => {
    for (const pid of [stage.stack.apiPid, stage.stack.signer.pid])
      expect(await readFile(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size\s+0\s/m);
  });

  test('INVARIANT I9: no secret stands in a log, an error, a metric or any other answer', () => {
    const log = Buffer.from(stage.stack.log());
    expect(log.includes(here)).toBe(true);
    expect(foundIn(log)).toEqual([]);
    const said = Buffer.from(answers.join('\n'));
    expect(answers.some((each) => each.includes('owner_key_refused'))).toBe(true);
    expect(answers.some((each) => each.includes('process_cpu_seconds_total'))).toBe(true);
    expect(answers.some((each) => each.includes('approval.opened_here'))).toBe(true);
    expect(foundIn(said)).toEqual([]);
  });

  test('INVARIANT I9: no secret stands in a row of any table, the audit log and the queue too', async () => {
    const tables = await sql(
      stage,
      "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')",
    );
    expect(tables.length).toBeGreaterThan(20);
    const parts: Buffer[] = [];
    for (const { name } of tables)
      for (const row of await sql(stage, `SELECT * FROM ${String(name)}`))
        for (const value of Object.values(row))
          parts.push(value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(`${spell(value)}\n`));
    const content = Buffer.concat(parts);
    expect(content.includes('approval.opened_here')).toBe(true);
    expect(content.includes(hereAgent)).toBe(true);
    expect(foundIn(content)).toEqual([]);
  });

  test('INVARIANT I9: nor in a file of the database, its log of changes, or of the keystore', { timeout: 120_000 }, async () => {
    const root = dirname(stage.stack.signer.socketPath);
    await sql(stage, 'CHECKPOINT');
    const bad: string[] = [];
    let sawAgent = false;
    for (const place of ['postgres', 'keystore'])
      for (const name of await readdir(join(root, place), { recursive: true })) {
        const path = join(root, place, name);
        if (!(await stat(path)).isFile()) continue;
        const content = await readFile(path);
        sawAgent ||= content.includes(hereAgent);
        for (const found of foundIn(content)) bad.push(`${place}/${name}: ${found}`);
      }
    expect(sawAgent).toBe(true);
    expect(bad).toEqual([]);
  });
});

function spell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
