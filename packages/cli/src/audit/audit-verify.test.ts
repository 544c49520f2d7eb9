import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type FakeService, startFakeService } from '../test-support/fake-service.ts';
import { WALLET_ID } from '../test-support/prepared.ts';
import { runCli } from '../test-support/test-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
let service: FakeService;
beforeEach(async () => {
  service = await startFakeService(createTestKey().address);
  return () => service.close();
});
afterAll(() => rmSync(folder, { recursive: true }));
const cli = (argv: readonly string[]) =>
  runCli(argv, { env: { COUNTERSIGN_URL: service.url, COUNTERSIGN_CREDENTIAL: 'secret' }, cwd: folder, answers: null });

describe('audit verify', () => {
  const bend = async (
    change: (rows: readonly import('@countersign/sdk').AuditEntryView[]) => readonly import('@countersign/sdk').AuditEntryView[],
  ) => {
    service.audit = change(service.audit);
    return cli(['audit', 'verify', '--json']);
  };
  const ofWallet = ({ chain }: { readonly chain: string }) => chain === WALLET_ID;

  test('INVARIANT I10: an honest log verifies; a changed, removed or reordered row is named', async () => {
    expect((await bend((rows) => rows)).code).toBe(0);
    const honest = service.audit;
    const changed = await bend((rows) =>
      rows.map((row) => (ofWallet(row) && row.sequence === '3' ? { ...row, details: { ...row.details, amount: '6' } } : row)),
    );
    expect(changed.code).toBe(8);
    expect(changed.out).toContain('row 3 was changed');
    service.audit = honest;
    expect((await bend((rows) => rows.filter((row) => !(ofWallet(row) && row.sequence === '2')))).out).toContain('row 2 is missing');
    service.audit = honest;
    const swapped = await bend((rows) =>
      rows.map((row) =>
        !ofWallet(row) || !['3', '4'].includes(row.sequence) ? row : { ...row, sequence: row.sequence === '3' ? '4' : '3' },
      ),
    );
    expect(swapped.code).toBe(8);
  });
  test('rows cut off at the end show against remembered heads', async () => {
    const file = join(folder, 'heads.json');
    expect((await cli(['audit', 'verify', '--remember', 'heads.json'])).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8')).heads).toHaveLength(2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    service.audit = service.audit.filter((row) => !(ofWallet(row) && row.sequence === '5'));
    expect((await cli(['audit', 'verify'])).code).toBe(0);
    const cut = await cli(['audit', 'verify', '--remember', 'heads.json']);
    expect(cut.code).toBe(8);
    expect(cut.out).toContain('row 5');
  });
});
