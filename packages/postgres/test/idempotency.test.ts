import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPayer as payerOf } from '../src/test-support/a-payment.ts';
import { inTransaction } from '../src/test-support/in-transaction.ts';
import { aCredential, aRequest } from '../src/test-support/records.ts';
import { startTestDatabase, type TestDatabase } from '../src/test-support/test-database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());
const run: <T>(work: Parameters<typeof inTransaction<T>>[1]) => Promise<T> = (work) => inTransaction(db.database, work);

const aPayer = () => payerOf(db.database);

describe('idempotency keys', () => {
  test('idempotency: a second claim waits for the first and learns who has the key', async () => {
    const { wallet, credential } = await aPayer();
    const one = aRequest(wallet.id, credential);
    const other = aRequest(wallet.id, credential);
    const entry = { credentialId: credential.id, key: 'k-1', fingerprint: 'f', atMs: 1 };
    const order: string[] = [];
    let claimed = (): void => undefined;
    const firstHasIt = new Promise<void>((resolve) => {
      claimed = resolve;
    });
    const first = run(async (tx) => {
      await tx.idempotency.claim({ ...entry, requestId: one.id });
      claimed();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await tx.requests.insert(one);
      order.push('first');
    });
    await firstHasIt;
    const second = await run((tx) => tx.idempotency.claim({ ...entry, requestId: other.id }));
    order.push('second');
    await first;
    expect(order).toEqual(['first', 'second']);
    expect(second).toEqual({ kind: 'taken', fingerprint: 'f', requestId: one.id });
    expect(await run((tx) => tx.idempotency.find(credential.id, 'k-1'))).toEqual({ fingerprint: 'f', requestId: one.id, answer: null });
    expect(await run((tx) => tx.idempotency.find(aCredential(wallet.id).id, 'k-1'))).toBeNull();
  });

  test('idempotency: the first answer is kept, byte for byte, and forgotten once old and ended', async () => {
    const { wallet, credential } = await aPayer();
    const ended = aRequest(wallet.id, credential, { state: 'denied' });
    const living = aRequest(wallet.id, credential);
    const young = aRequest(wallet.id, credential, { state: 'denied' });
    await run(async (tx) => {
      for (const [request, atMs] of [
        [ended, 1_000],
        [living, 1_000],
        [young, 2_000],
      ] as const) {
        await tx.requests.insert(request);
        await tx.idempotency.claim({ credentialId: credential.id, key: request.id, fingerprint: 'f', requestId: request.id, atMs });
      }
    });
    const answer = { status: 202, body: '{ "b": 1,  "a": "é\\u0000 🏠" }' };
    await run((tx) => tx.idempotency.keepAnswer(credential.id, ended.id, answer));
    await run((tx) => tx.idempotency.keepAnswer(credential.id, ended.id, { status: 200, body: '{}' }));
    expect((await run((tx) => tx.idempotency.find(credential.id, ended.id)))?.answer).toEqual(answer);
    expect(await run((tx) => tx.idempotency.forget(1_000, 10))).toBe(0);
    expect(await run((tx) => tx.idempotency.forget(2_000, 10))).toBe(1);
    const found = (key: string) => run((tx) => tx.idempotency.find(credential.id, key));
    expect([await found(ended.id), (await found(living.id))?.requestId, (await found(young.id))?.requestId]).toEqual([
      null,
      living.id,
      young.id,
    ]);
    expect(await run((tx) => tx.idempotency.forget(3_000, 0))).toBe(0);
    expect(await run((tx) => tx.idempotency.forget(3_000, 10))).toBe(1);
  });
});
