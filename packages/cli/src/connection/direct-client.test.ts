import { type Address, address } from '@countersign/core';
import { createClient } from '@countersign/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeService, startFakeService } from '../test-support/fake-service.ts';
import { WALLET_ID } from '../test-support/prepared.ts';
import { collect } from './answered.ts';
import { createDirectClient } from './direct-client.ts';

const owner: Address = address('7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2');
let service: FakeService;
beforeEach(async () => {
  service = await startFakeService(owner);
});
afterEach(() => service.close());

describe('the client of freeze', () => {
  test("asks for and answers exactly what the SDK's client does", async () => {
    const options = { baseUrl: service.url, credential: 'secret', timeoutMs: 5_000 };
    const answers = [];
    for (const client of [createDirectClient(options), createClient(options)])
      answers.push([
        await collect(client.eachWallet()),
        await client.whoami(),
        await client.freeze(WALLET_ID, { reason: 'test' }),
        await client.freeze('../x'),
      ]);
    expect(answers[0]).toEqual(answers[1]);
    const asked = service.seen.map(({ method, path, body, headers }) => [
      method,
      path,
      body,
      headers.authorization,
      headers['content-type'],
      headers.accept,
    ]);
    expect(asked.slice(0, 4)).toEqual(asked.slice(4));
  });
  test('a service that is gone is a problem, no exception', async () => {
    await service.close();
    const client = createDirectClient({ baseUrl: service.url, credential: 'secret' });
    expect(await client.freeze(WALLET_ID)).toMatchObject({ ok: false, error: { code: 'transport_failed', reason: 'unreachable' } });
  });
});
