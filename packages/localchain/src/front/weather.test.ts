import { type Address, generateKeyPairSigner, type KeyPairSigner, lamports } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChainClient, SOL, startChainClient } from '../test-support/chain-client.ts';

let chain: ChainClient;
let payer: KeyPairSigner;
let to: Address;
beforeAll(async () => {
  chain = await startChainClient();
  payer = await chain.funded(1_000n);
  to = (await generateKeyPairSigner()).address;
});
afterAll(async () => chain.process.close());
afterEach(async () => {
  await chain.call('weather_clear');
});

const pay = (amount: bigint, destination = to, source = payer) =>
  getTransferSolInstruction({ source, destination, amount: lamports(amount) });
const balance = async (of: Address) => (await chain.rpc.getBalance(of, { commitment: 'processed' }).send()).value;
const status = async (signature: string) => (await chain.rpc.getSignatureStatuses([signature as never]).send()).value[0];

describe('weather', () => {
  test('a dropped transaction is answered and never lands', async () => {
    await chain.call('weather_drop', { count: 1 });
    const dropped = await chain.send(payer, [pay(SOL)]);
    const landed = await chain.send(payer, [pay(2n * SOL)]);
    expect(await status(dropped)).toBeNull();
    expect((await status(landed))?.err).toBeNull();
  });

  test('a delayed one lands later', async () => {
    await chain.call('weather_delay', { ms: 80 });
    const before = await balance(to);
    const signature = await chain.send(payer, [pay(3n)]);
    expect(await balance(to)).toBe(before);
    await chain.reached(signature, 'confirmed');
    expect(await balance(to)).toBe(before + 3n);
  });

  test('a duplicated one has its effect once', async () => {
    await chain.call('weather_duplicate');
    const before = await balance(to);
    await chain.send(payer, [pay(4n)]);
    expect(await balance(to)).toBe(before + 4n);
  });

  test('a landed signature can be hidden for some look-ups', async () => {
    const signature = await chain.send(payer, [pay(5n)]);
    await chain.call('weather_hide', { signature, queries: 2 });
    expect(await status(signature)).toBeNull();
    expect(await status(signature)).toBeNull();
    expect(await status(signature)).not.toBeNull();
  });

  test('a frozen node lags and says so', async () => {
    await chain.call('weather_freeze');
    const slot = await chain.rpc.getSlot({ commitment: 'processed' }).send();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await chain.rpc.getSlot({ commitment: 'processed' }).send()).toBe(slot);
    expect((await chain.call('getHealth')).error?.code).toBe(-32005);
    await chain.call('weather_freeze', { frozen: false });
    expect(await chain.rpc.getSlot({ commitment: 'processed' }).send()).toBeGreaterThan(slot + 1n);
  });

  test('a lie about an account ends', async () => {
    await chain.call('weather_lie', { address: payer.address, lamports: 7, queries: 1 });
    expect(await balance(payer.address)).toBe(7n);
    expect(await balance(payer.address)).toBeGreaterThan(SOL);
    await chain.call('weather_lie', { address: payer.address, exists: false });
    expect((await chain.rpc.getAccountInfo(payer.address, { encoding: 'base64' }).send()).value).toBeNull();
  });

  test('silence answers nothing', async () => {
    await chain.call('weather_silence', { ms: 60_000 });
    await expect(
      fetch(chain.process.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"jsonrpc":"2.0","id":1,"method":"getHealth"}',
        signal: AbortSignal.timeout(100),
      }),
    ).rejects.toThrow();
    await chain.call('weather_clear');
    expect((await chain.call('getHealth')).result).toBe('ok');
  });

  test('a fork takes a transaction back with all its effects, and what hung on it', async () => {
    await chain.call('weather_freeze');
    const middle = await chain.funded(1n);
    const [a, b] = [await generateKeyPairSigner(), (await generateKeyPairSigner()).address];
    const before = await balance(payer.address);
    const bad = await chain.send(payer, [pay(SOL, a.address)]);
    await chain.call('chain_advance', { slots: 2 });
    expect((await status(bad))?.confirmationStatus).toBe('confirmed');
    const hanging = await chain.send(a, [pay(SOL / 2n, b, a)]);
    const free = await chain.send(middle, [pay(SOL / 4n, b, middle)]);
    expect(await balance(b)).toBe((3n * SOL) / 4n);

    expect((await chain.call('weather_fork', { signature: bad })).result).toEqual({ dropped: [bad, hanging] });
    expect(await balance(payer.address)).toBe(before);
    expect(await balance(a.address)).toBe(0n);
    expect(await balance(b)).toBe(SOL / 4n);
    expect([await status(bad), await status(hanging)]).toEqual([null, null]);
    expect((await status(free))?.err).toBeNull();
    expect(await chain.rpc.getSignaturesForAddress(a.address, { commitment: 'confirmed' }).send()).toEqual([]);
    await chain.call('chain_advance', { slots: 40 });
    expect((await chain.rpc.getBalance(b, { commitment: 'finalized' }).send()).value).toBe(SOL / 4n);
    expect((await chain.call('weather_fork', { signature: free })).error?.code).toBe(-32602);
  });

  test('time travel moves slots and the clock', async () => {
    const slot = await chain.rpc.getSlot({ commitment: 'processed' }).send();
    const now = (await chain.call('chain_advance', { slots: 0, seconds: 0 })).result as { unixTimestamp: number };
    const later = (await chain.call('chain_advance', { seconds: 86_401 })).result as { slot: number; unixTimestamp: number };
    expect(later.unixTimestamp - now.unixTimestamp).toBeGreaterThanOrEqual(86_401);
    expect(later.unixTimestamp - now.unixTimestamp).toBeLessThan(86_411);
    expect(BigInt(later.slot) - slot).toBeGreaterThanOrEqual(216_002n);
    await chain.send(payer, [pay(6n)]);
  });

  test('none of it is there unless asked for', async () => {
    const plain = await startChainClient({ weather: false });
    try {
      for (const method of ['weather_drop', 'weather_fork', 'chain_advance', 'chain_setAccount'])
        expect((await plain.call(method, {})).error?.code).toBe(-32601);
    } finally {
      await plain.process.close();
    }
  });
});
