import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const GOOD = {
  DATABASE_URL: 'postgresql://countersign:canary@127.0.0.1:5432/countersign',
  SOLANA_RPC_URLS: 'http://127.0.0.1:8899, https://rpc.example/canary',
  SIGNER_SOCKET: '/run/countersign/signer.sock',
  CLUSTER: 'localnet',
};
const folder = mkdtempSync(join(tmpdir(), 'countersign-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (text: string): string => {
  const path = join(folder, 'config.json');
  writeFileSync(path, text);
  return path;
};

describe('the configuration', () => {
  test('has sane defaults', () => {
    expect(readConfig(GOOD)).toMatchObject({
      ok: true,
      value: {
        host: '127.0.0.1',
        port: 7070,
        logLevel: 'info',
        rateLimitPerMinute: 6_000,
        approvalLifetimeMs: 86_400_000,
        statementLifetimeMs: 900_000,
        firstLookMs: 1_500,
        solanaRpcUrls: ['http://127.0.0.1:8899', 'https://rpc.example/canary'],
        operatorCredentialFile: null,
        openOwnerKeyHere: null,
      },
    });
  });

  test.each([
    ['DATABASE_URL', 'mysql://x'],
    ['DATABASE_URL', 'canary'],
    ['SOLANA_RPC_URLS', ''],
    ['SOLANA_RPC_URLS', 'http://a,,http://b'],
    ['SOLANA_RPC_URLS', 'ws://a'],
    ['SIGNER_SOCKET', 'relative.sock'],
    ['SIGNER_SOCKET', `/${'x'.repeat(120)}`],
    ['CLUSTER', 'mainnet-beta'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', ''],
    ['POOL_SIZE', '0'],
    ['LOG_LEVEL', 'loud'],
    ['HOST', 'a b'],
    ['PUBLIC_HOST', 'https://x'],
    ['RATE_LIMIT_PER_MINUTE', 'many'],
    ['STATEMENT_LIFETIME_SECONDS', '1'],
    ['OPERATOR_CREDENTIAL_FILE', ''],
    ['OPEN_OWNER_KEY_HERE', ''],
    ['OPEN_OWNER_KEY_HERE', 'owner-key.json'],
  ])('%s = %j is one clear line without the value', (name, value) => {
    const read = readConfig({ ...GOOD, [name]: value });
    if (read.ok) throw new Error('it was taken');
    expect(read.error).toHaveLength(1);
    expect(read.error[0]).toMatch(new RegExp(`^${name} (must|is) `));
    expect(read.error.join()).not.toContain('canary');
  });

  test('a service on every address needs the name under which owners sign in', () => {
    for (const HOST of ['0.0.0.0', '::', '[::]']) {
      expect(readConfig({ ...GOOD, HOST })).toMatchObject({ ok: false, error: [expect.stringMatching(/^PUBLIC_HOST has to be set/)] });
      expect(readConfig({ ...GOOD, HOST, PUBLIC_HOST: 'countersign.example' })).toMatchObject({ ok: true });
    }
  });

  test("what opens the owner's key here is a setting of its own: the command line's variable sets nothing", () => {
    const read = readConfig({ ...GOOD, COUNTERSIGN_OWNER_KEY_FILE: '/etc/owner-key.json' });
    expect(read).toMatchObject({ ok: true, value: { openOwnerKeyHere: null } });
    const set = readConfig({ ...GOOD, COUNTERSIGN_OPEN_OWNER_KEY_HERE: '/etc/owner-key.json' });
    expect(set).toMatchObject({ ok: true, value: { openOwnerKeyHere: '/etc/owner-key.json' } });
  });

  test('names everything that is missing', () => {
    const read = readConfig({});
    expect(read).toEqual({
      ok: false,
      error: ['DATABASE_URL is missing', 'SOLANA_RPC_URLS is missing', 'SIGNER_SOCKET is missing', 'CLUSTER is missing'],
    });
  });

  test('refuses unknown settings', () => {
    expect(readConfig({ ...GOOD, COUNTERSIGN_PROT: '1' })).toEqual({ ok: false, error: ['COUNTERSIGN_PROT is not a setting'] });
    expect(readConfig({ ...GOOD, COUNTERSIGN_PORT: '1', PORT: '2' })).toMatchObject({ ok: false });
    expect(readConfig({ ...GOOD, COUNTERSIGN_PORT: '1' })).toMatchObject({ ok: true, value: { port: 1 } });
    expect(readConfig({ ...GOOD, COUNTERSIGN_URL: 'of the command line' })).toMatchObject({ ok: true });
  });

  test('reads one file under the environment, strictly', () => {
    const { DATABASE_URL, ...rest } = GOOD;
    const file = fileOf(JSON.stringify({ DATABASE_URL, PORT: 7171, HOST: '127.0.0.1' }));
    expect(readConfig({ ...rest, COUNTERSIGN_CONFIG: file })).toMatchObject({ ok: true, value: { port: 7171 } });
    expect(readConfig({ ...rest, COUNTERSIGN_CONFIG: file, PORT: '7272' })).toMatchObject({ ok: true, value: { port: 7272 } });
    for (const text of ['', '[]', 'null', '{"PORT":1,"PORT":2}', '{"PORT":1,}'])
      expect(readConfig({ ...GOOD, COUNTERSIGN_CONFIG: fileOf(text) }), text).toMatchObject({ ok: false });
    expect(readConfig({ ...GOOD, COUNTERSIGN_CONFIG: fileOf('{"PROT":1}') })).toMatchObject({ ok: false, error: [/"PROT"/] });
    expect(readConfig({ ...GOOD, COUNTERSIGN_CONFIG: join(folder, 'nowhere') })).toMatchObject({ ok: false, error: [/ENOENT/] });
  });
});
