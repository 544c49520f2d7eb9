import type { CredentialId, Dependencies, IdempotentRequest, IReader, ITransaction, KeptAnswer, RequestId } from '@countersign/core';
import { domainError, fail } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { firstAnswer, keepFirstAnswer } from './first-answer.ts';

const key = { credentialId: 'crd_1' as CredentialId, key: 'k' };
const answer: KeptAnswer = { status: 202, body: '{"state":"submitted"}' };

/** A database that holds one key; `answers` is what each look finds, the last one again and again. */
function depsOf(answers: readonly (KeptAnswer | null)[]) {
  let looks = 0;
  const kept: KeptAnswer[] = [];
  const find = async (): Promise<IdempotentRequest> => {
    const found = answers[Math.min(looks, answers.length - 1)] ?? null;
    looks += 1;
    return { fingerprint: 'f', requestId: 'tx_1' as RequestId, answer: found };
  };
  const keepAnswer = async (_credential: CredentialId, _key: string, given: KeptAnswer): Promise<void> => void kept.push(given);
  const deps = {
    clock: { nowMs: () => Date.now() },
    database: {
      read: (work) => work({ idempotency: { find } } as unknown as IReader),
      transact: (work) => work({ idempotency: { keepAnswer } } as unknown as ITransaction),
    },
  } as Pick<Dependencies, 'database' | 'clock'>;
  return { deps, kept, looks: () => looks };
}

describe('the first answer to a key', () => {
  test('is there at once, or waited for while the first request is worked on', async () => {
    expect(await firstAnswer(depsOf([answer]).deps, key, Date.now())).toEqual({ ok: true, value: answer });
    const later = depsOf([null, null, answer]);
    expect(await firstAnswer(later.deps, key, Date.now())).toEqual({ ok: true, value: answer });
    expect(later.looks()).toBe(3);
  });

  test('is not waited for once the first request is old: its process died before it answered', async () => {
    const { deps, looks } = depsOf([null]);
    expect(await firstAnswer(deps, key, Date.now() - 60_000)).toEqual({ ok: true, value: null });
    expect(looks()).toBe(1);
  });

  test('a lost database is an error of the repetition, and none of the request that was carried out', async () => {
    const lost = fail(domainError('database_unavailable', { problem: 'gone' }));
    const database = { read: async () => lost, transact: async () => lost } as unknown as Dependencies['database'];
    expect(await firstAnswer({ database, clock: { nowMs: () => Date.now() } }, key, Date.now())).toEqual(lost);
    await expect(keepFirstAnswer({ database }, key, answer)).resolves.toBeUndefined();
  });
});
