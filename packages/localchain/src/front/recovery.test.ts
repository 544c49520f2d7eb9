import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, generateKeyPairSigner, lamports, type Signature } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startLocalchain } from '../start-localchain.ts';
import { type ChainClient, SOL, startChainClient } from '../test-support/chain-client.ts';

let dataDir: string;
let chain: ChainClient | null = null;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'localchain-'));
});
afterEach(async () => {
  await chain?.process.kill();
  chain = null;
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(slotMs = 20): Promise<ChainClient> {
  chain = await startChainClient({ dataDir, slotMs });
  return chain;
}
const balance = async (of: Address, commitment: 'processed' | 'finalized' = 'processed') =>
  (await (chain as ChainClient).rpc.getBalance(of, { commitment }).send()).value;

describe('a data folder', () => {
  test('kill -9 loses nothing that was reported as confirmed, and finality goes on', async () => {
    const one = await start(100);
    const payer = await one.funded();
    const to = (await generateKeyPairSigner()).address;
    const signature = await one.send(payer, [getTransferSolInstruction({ source: payer, destination: to, amount: lamports(SOL) })]);
    await one.reached(signature, 'confirmed');
    const slot = await one.rpc.getSlot({ commitment: 'processed' }).send();
    const { genesisHash } = one.process;
    await one.process.kill();

    const two = await start(100);
    expect(two.process.genesisHash).toBe(genesisHash);
    expect(await two.rpc.getSlot({ commitment: 'processed' }).send()).toBeGreaterThanOrEqual(slot);
    expect(await balance(to)).toBe(SOL);
    expect(await balance(to, 'finalized')).toBe(0n);
    expect((await two.rpc.getSignatureStatuses([signature]).send()).value[0]?.confirmationStatus).toBe('confirmed');
    await two.reached(signature, 'finalized');
    expect(await balance(to, 'finalized')).toBe(SOL);
    const found = await two.rpc.getTransaction(signature, { encoding: 'json', maxSupportedTransactionVersion: 0 }).send();
    expect(found?.meta?.fee).toBe(5_000n);
    expect((await two.rpc.getSignaturesForAddress(to).send()).map((entry) => entry.signature)).toEqual([signature]);
  });

  test('killed at any moment under load, what was confirmed is there and every balance is the sum of what landed', async () => {
    const one = await start();
    const payer = await one.funded(1_000n);
    const to = (await generateKeyPairSigner()).address;
    const landed: Signature[] = [];
    const confirmed = new Set<string>();
    let amount = SOL;
    for (let round = 0; round < 3; round++) {
      const client = chain as ChainClient;
      const until = Date.now() + 150 + round * 40;
      while (Date.now() < until) {
        amount += 1n;
        landed.push(await client.send(payer, [getTransferSolInstruction({ source: payer, destination: to, amount: lamports(amount) })]));
        const recent = landed.slice(-20);
        const statuses = (await client.rpc.getSignatureStatuses(recent).send()).value;
        for (const [index, status] of statuses.entries())
          if (status?.confirmationStatus === 'confirmed') confirmed.add(recent[index] ?? '');
      }
      await client.process.kill();
      await start();
      const after = chain as ChainClient;
      let sum = 0n;
      for (const [index, signature] of landed.entries()) {
        const status = (await after.rpc.getSignatureStatuses([signature], { searchTransactionHistory: true }).send()).value[0];
        if (status !== null && status !== undefined) sum += SOL + BigInt(index + 1);
        else expect(confirmed.has(signature)).toBe(false);
      }
      expect(await balance(to)).toBe(sum);
      expect(confirmed.size).toBeGreaterThan(3);
    }
  });

  test('a replay is refused after a restart too', async () => {
    const one = await start(400);
    const payer = await one.funded();
    const signed = await one.sign(payer, [getTransferSolInstruction({ source: payer, destination: payer.address, amount: lamports(1n) })]);
    await one.submit(signed);
    await one.process.close();
    const two = await start(400);
    expect((await two.submit(signed)).error?.data?.['err']).toBe('AlreadyProcessed');
  });

  test('time travel, forks and accounts from outside survive as well', async () => {
    const one = await start();
    const payer = await one.funded();
    const [kept, lost] = [(await generateKeyPairSigner()).address, (await generateKeyPairSigner()).address];
    await one.call('weather_freeze');
    const bad = await one.send(payer, [getTransferSolInstruction({ source: payer, destination: lost, amount: lamports(SOL) })]);
    const good = await one.send(payer, [getTransferSolInstruction({ source: payer, destination: kept, amount: lamports(2n * SOL) })]);
    await one.call('weather_fork', { signature: bad });
    await one.call('chain_setAccount', { address: lost, lamports: 77 });
    await one.call('weather_clear');
    const { unixTimestamp } = (await one.call('chain_advance', { seconds: 1_000_000 })).result as { unixTimestamp: number };
    await one.reached(good, 'confirmed');
    await one.process.kill();
    const two = await start();
    expect(await balance(kept)).toBe(2n * SOL);
    expect(await balance(lost)).toBe(77n);
    expect((await two.rpc.getSignatureStatuses([bad], { searchTransactionHistory: true }).send()).value).toEqual([null]);
    const now = (await two.call('chain_advance', { slots: 0 })).result as { unixTimestamp: number };
    expect(now.unixTimestamp).toBeGreaterThanOrEqual(unixTimestamp);
    expect(await balance(payer.address)).toBe(98n * SOL - 5_000n);
  });

  test('half a record at the end is cut off, anything else is one clear line and nothing is deleted', async () => {
    const one = await start();
    const payer = await one.funded();
    await one.reached(
      await one.send(payer, [getTransferSolInstruction({ source: payer, destination: payer.address, amount: lamports(1n) })]),
      'confirmed',
    );
    await one.process.kill();
    const journal = join(
      dataDir,
      readdirSync(dataDir)
        .filter((name) => name.endsWith('.log'))
        .sort()
        .at(-1) ?? '',
    );
    const whole = readFileSync(journal);
    writeFileSync(journal, Buffer.concat([whole, whole.subarray(0, 40)]));
    const two = await start();
    expect(await balance(payer.address)).toBe(100n * SOL - 5_000n);
    await two.process.kill();

    const snapshot = join(dataDir, 'snapshot.bin');
    for (const file of [journal, snapshot, join(dataDir, 'genesis.json')]) {
      const bytes = readFileSync(file);
      const spoilt = Buffer.from(bytes);
      spoilt[60] = (spoilt[60] ?? 0) ^ 0xff;
      writeFileSync(file, spoilt);
      const names = readdirSync(dataDir)
        .filter((name) => name !== 'lock')
        .sort();
      await expect(startLocalchain({ dataDir })).rejects.toThrow(/^localchain: the data folder .* is corrupt: /);
      expect(
        readdirSync(dataDir)
          .filter((name) => name !== 'lock')
          .sort(),
      ).toEqual(names);
      expect(readFileSync(file).equals(spoilt)).toBe(true);
      writeFileSync(file, bytes);
    }
    await start();
    expect(await balance(payer.address)).toBe(100n * SOL - 5_000n);
  });

  test('two processes cannot share one', async () => {
    const one = await start();
    await expect(startLocalchain({ dataDir })).rejects.toThrow(`is in use by process ${one.process.pid}`);
  });
});
