import { address, generateKeyPairSigner, getBase64Encoder, lamports } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChainClient, SOL, startChainClient } from '../test-support/chain-client.ts';

let chain: ChainClient;
beforeAll(async () => {
  chain = await startChainClient();
});
afterAll(async () => chain.process.close());
afterEach(async () => {
  await chain.call('weather_clear');
});

const balance = async (of: string, commitment: 'processed' | 'confirmed' | 'finalized'): Promise<bigint> =>
  (await chain.rpc.getBalance(address(of), { commitment }).send()).value;
const transfer = (source: Parameters<typeof getTransferSolInstruction>[0]['source'], destination: string, amount: bigint) =>
  getTransferSolInstruction({ source, destination: address(destination), amount: lamports(amount) });

describe('transfers and commitments', () => {
  test('a write is seen at processed at once, at finalized only 32 slots later', async () => {
    const payer = await chain.funded();
    const to = (await generateKeyPairSigner()).address;
    await chain.call('weather_freeze', { frozen: true });
    const signature = await chain.send(payer, [transfer(payer, to, SOL)]);
    expect(await balance(to, 'processed')).toBe(SOL);
    expect(await balance(to, 'confirmed')).toBe(0n);
    expect(await balance(to, 'finalized')).toBe(0n);
    const status = (await chain.rpc.getSignatureStatuses([signature]).send()).value[0];
    expect(status?.confirmationStatus).toBe('processed');
    await chain.call('chain_advance', { slots: 1, seconds: 0 });
    expect(await balance(to, 'confirmed')).toBe(SOL);
    expect(await balance(to, 'finalized')).toBe(0n);
    await chain.call('chain_advance', { slots: 30, seconds: 0 });
    expect(await balance(to, 'finalized')).toBe(0n);
    await chain.call('chain_advance', { slots: 1, seconds: 0 });
    expect(await balance(to, 'finalized')).toBe(SOL);
    expect((await chain.rpc.getSignatureStatuses([signature]).send()).value[0]?.confirmations).toBeNull();
    expect(await balance(payer.address, 'processed')).toBe(99n * SOL - 5_000n);
  });

  test('program accounts are those of the commitment too', async () => {
    const owner = (await generateKeyPairSigner()).address;
    const account = (await generateKeyPairSigner()).address;
    await chain.call('weather_freeze', { frozen: true });
    await chain.call('chain_setAccount', {
      address: account,
      lamports: 5_000_000,
      owner,
      data: Buffer.from('abcdefgh').toString('base64'),
    });
    const list = async (commitment: string, filters: unknown[] = []) =>
      (await chain.call('getProgramAccounts', owner, { commitment, encoding: 'base64', filters })).result as unknown[];
    expect((await list('processed')).length).toBe(1);
    expect((await list('confirmed')).length).toBe(0);
    await chain.call('chain_advance', { slots: 1 });
    expect((await list('confirmed')).length).toBe(1);
    await chain.call('chain_setAccount', { address: account, lamports: 0 });
    expect((await list('processed')).length).toBe(0);
    expect((await list('confirmed')).length).toBe(1);
    for (const [filter, count] of [
      [{ dataSize: 8 }, 1],
      [{ dataSize: 9 }, 0],
      [{ memcmp: { offset: 2, bytes: Buffer.from('cd').toString('base64'), encoding: 'base64' } }, 1],
      [{ memcmp: { offset: 3, bytes: Buffer.from('cd').toString('base64'), encoding: 'base64' } }, 0],
      [{ memcmp: { offset: 0, bytes: '2g', encoding: 'base58' } }, 1],
      [{ memcmp: { offset: 7, bytes: Buffer.from('hh').toString('base64'), encoding: 'base64' } }, 0],
    ] as const) {
      expect((await list('confirmed', [filter])).length).toBe(count);
    }
  });

  test('lamports beyond 2^53 are exact', async () => {
    const account = (await generateKeyPairSigner()).address;
    await fetch(chain.process.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"jsonrpc":"2.0","id":1,"method":"chain_setAccount","params":[{"address":"${account}","lamports":9007199254740993}]}`,
    });
    expect(await balance(account, 'processed')).toBe(9_007_199_254_740_993n);
  });
});

describe('what a validator refuses', () => {
  test('the same transaction twice', async () => {
    const payer = await chain.funded();
    const signed = await chain.sign(payer, [transfer(payer, payer.address, 1n)]);
    expect((await chain.submit(signed)).result).toBe(signed.signature);
    const again = await chain.submit(signed);
    expect(again.error?.code).toBe(-32002);
    expect(again.error?.data?.['err']).toBe('AlreadyProcessed');
    const before = await balance(payer.address, 'processed');
    const skipped = await chain.call('sendTransaction', signed.wire, { encoding: 'base64', skipPreflight: true });
    expect(skipped.result).toBe(signed.signature);
    expect(await balance(payer.address, 'processed')).toBe(before);
  });

  test('a blockhash lives 150 slots', async () => {
    const payer = await chain.funded();
    await chain.call('weather_freeze', { frozen: true });
    const { blockhash, lastValidBlockHeight } = (await chain.rpc.getLatestBlockhash({ commitment: 'processed' }).send()).value;
    const at = await chain.rpc.getBlockHeight({ commitment: 'processed' }).send();
    expect(lastValidBlockHeight).toBe(at + 150n);
    await chain.call('chain_advance', { slots: 150 });
    const valid = async () => (await chain.rpc.isBlockhashValid(blockhash, { commitment: 'processed' }).send()).value;
    expect(await valid()).toBe(true);
    expect((await chain.submit(await chain.sign(payer, [transfer(payer, payer.address, 1n)], blockhash))).error).toBeUndefined();
    await chain.call('chain_advance', { slots: 1 });
    expect(await valid()).toBe(false);
    const late = await chain.submit(await chain.sign(payer, [transfer(payer, payer.address, 2n)], blockhash));
    expect(late.error?.data?.['err']).toBe('BlockhashNotFound');
  });

  test('a wrong signature, with or without preflight', async () => {
    const payer = await chain.funded();
    const signed = await chain.sign(payer, [transfer(payer, payer.address, 1n)]);
    const bytes = Uint8Array.from(getBase64Encoder().encode(signed.wire));
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    for (const skipPreflight of [false, true]) {
      const answer = await chain.call('sendTransaction', Buffer.from(bytes).toString('base64'), { encoding: 'base64', skipPreflight });
      expect(answer.error?.code).toBe(-32003);
    }
  });

  test('more than 1,232 bytes', async () => {
    const payer = await chain.funded();
    const to = await Promise.all(Array.from({ length: 26 }, async () => (await generateKeyPairSigner()).address));
    const answer = await chain.submit(
      await chain.sign(
        payer,
        to.map((one) => transfer(payer, one, SOL)),
      ),
    );
    expect(answer.error?.code).toBe(-32602);
    expect(answer.error?.message).toContain('too large');
  });

  test('a failed transaction sent without preflight still costs its fee', async () => {
    const payer = await chain.funded(1n);
    const signed = await chain.sign(payer, [transfer(payer, (await generateKeyPairSigner()).address, 5n * SOL)]);
    await chain.call('sendTransaction', signed.wire, { encoding: 'base64', skipPreflight: true });
    expect(await balance(payer.address, 'processed')).toBe(SOL - 5_000n);
    const status = (await chain.rpc.getSignatureStatuses([signed.signature]).send()).value[0];
    expect(status?.err).toEqual({ InstructionError: [0n, { Custom: 1n }] });
  });

  test('the fee that is told is the fee that is taken, priority included', async () => {
    const payer = await chain.funded(1n);
    const price = {
      programAddress: address('ComputeBudget111111111111111111111111111111'),
      data: Uint8Array.of(3, 64, 66, 15, 0, 0, 0, 0, 0),
    };
    const signature = await chain.send(payer, [price, transfer(payer, payer.address, 1n)]);
    const left = await balance(payer.address, 'processed');
    await chain.reached(signature, 'confirmed');
    const found = await chain.rpc
      .getTransaction(signature, { encoding: 'json', maxSupportedTransactionVersion: 0, commitment: 'confirmed' })
      .send();
    expect(found?.meta?.fee).toBe(SOL - left);
    expect(SOL - left).toBe(11_000n);
  });
});

describe('the protocol', () => {
  test('unknown methods, bad parameters and bad bodies are told apart', async () => {
    expect((await chain.call('getNothing')).error?.code).toBe(-32601);
    for (const [method, ...params] of [
      ['getBalance'],
      ['getBalance', 'not-an-address'],
      ['getBalance', '11111111111111111111111111111111', { commitment: 'max' }],
      ['getBalance', '11111111111111111111111111111111', 7],
      ['getAccountInfo', '11111111111111111111111111111111', { encoding: 'hex' }],
      ['getMultipleAccounts', '11111111111111111111111111111111'],
      ['getProgramAccounts', '11111111111111111111111111111111', { filters: [{}] }],
      ['getSignatureStatuses', ['x']],
      ['sendTransaction', '!!', { encoding: 'base64' }],
      ['sendTransaction', 'AAAA', { encoding: 'base64' }],
      ['sendTransaction', 'AAAA', { encoding: 'hex' }],
      ['requestAirdrop', '11111111111111111111111111111111', -1],
      ['getTransaction', 'x'],
      ['getTokenSupply', '11111111111111111111111111111111'],
    ] as const) {
      const answer = await chain.call(method, ...params);
      expect([method, answer.error?.code]).toEqual([method, -32602]);
      expect(answer.error?.message.length).toBeGreaterThan(10);
    }
    const raw = async (body: string, type = 'application/json') =>
      fetch(chain.process.url, { method: 'POST', headers: { 'content-type': type }, body });
    expect(await (await raw('{')).json()).toMatchObject({ error: { code: -32700 } });
    expect(await (await raw('[]')).json()).toMatchObject({ error: { code: -32600 } });
    expect(await (await raw('{"id":1}')).json()).toMatchObject({ error: { code: -32600 } });
    expect((await raw('{}', 'text/plain')).status).toBe(415);
    expect((await raw(`"${'x'.repeat(1 << 20)}"`)).status).toBe(413);
  });

  test('a batch is answered in order', async () => {
    const body = JSON.stringify(['getSlot', 'getNothing', 'getHealth'].map((method, id) => ({ jsonrpc: '2.0', id, method })));
    const answers = await (
      await fetch(chain.process.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    ).json();
    expect((answers as { id: number }[]).map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(answers).toMatchObject([{}, { error: { code: -32601 } }, { result: 'ok' }]);
  });

  test('a slot that has not come is refused as minContextSlot', async () => {
    const slot = await chain.rpc.getSlot({ commitment: 'processed' }).send();
    const answer = await chain.call('getBalance', '11111111111111111111111111111111', { minContextSlot: Number(slot) + 100_000 });
    expect(answer.error?.code).toBe(-32016);
    expect(answer.error?.data?.['contextSlot']).toBeGreaterThan(0);
  });

  test('the clock goes on while nothing happens, also right after a start', async () => {
    const clock = async (): Promise<number> => {
      const { result } = (await chain.call('getAccountInfo', 'SysvarC1ock11111111111111111111111111111111', {
        encoding: 'base64',
        commitment: 'confirmed',
      })) as { readonly result: { readonly value: { readonly data: readonly [string] } } };
      return Number(Buffer.from(result.value.data[0], 'base64').readBigInt64LE(32));
    };
    const first = await clock();
    expect(Math.abs(first - Date.now() / 1000)).toBeLessThan(3_600);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await clock()).toBeGreaterThan(first);
  });

  test('what the cluster tells of itself', async () => {
    expect(await chain.rpc.getGenesisHash().send()).toBe(chain.process.genesisHash);
    expect(await chain.rpc.getMinimumBalanceForRentExemption(165n).send()).toBe(2_039_280n);
    const epoch = await chain.rpc.getEpochInfo().send();
    expect(epoch.absoluteSlot).toBe(epoch.blockHeight);
    const confirmed = await chain.rpc.getSlot({ commitment: 'confirmed' }).send();
    const time = await chain.rpc.getBlockTime(confirmed).send();
    expect(Number(time)).toBeGreaterThan(1_700_000_000);
    expect((await chain.rpc.getRecentPrioritizationFees().send()).length).toBe(150);
    expect((await chain.call('getVersion')).result).toHaveProperty('solana-core');
    const zstd = (await chain.call('getAccountInfo', 'SysvarC1ock11111111111111111111111111111111', { encoding: 'base64+zstd' })).result;
    expect(zstd).toMatchObject({ value: { space: 40, data: [expect.any(String), 'base64+zstd'] } });
  });
});
