import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Address, type BuiltMessage, NATIVE_ASSET, type SimulationReport, tokenAsset } from '@countersign/core';
import { cachedProgramPath, LOCAL_TREASURY } from '@countersign/localchain';
import { describe, expect, test } from 'vitest';
import * as squads from '../generated/squads.mjs';
import { kitAddress } from './build/kit-address.ts';
import { programConfigAddress } from './build/pda.ts';
import { SQUADS_PROGRAM, TOKEN_PROGRAM } from './build/programs.ts';
import { createSolanaBlockchainAdapter, type SolanaBlockchainAdapter } from './solana-blockchain-adapter.ts';
import { must } from './test-support/must.ts';
import { testKey } from './test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from './test-support/test-wallet.ts';

/** What is used of surfpool, an independent runtime with JSON-RPC; its package has no types. */
interface Surfnet {
  readonly rpcUrl: string;
  stop(): void;
}

const elf = process.env['SQUADS_PROGRAM_SO'] || cachedProgramPath(process.env);
const surfpool = loadSurfpool();
const here = existsSync(elf) && surfpool !== null;
if (!here)
  process.stderr.write('left out: the adapter on a second runtime (needs the deployed Squads program and surfpool for this platform)\n');

function loadSurfpool(): { start(): Surfnet } | null {
  try {
    return (createRequire(import.meta.url)('@solana/surfpool-linux-x64-gnu') as { Surfnet: { start(): Surfnet } }).Surfnet;
  } catch {
    return null;
  }
}

describe.runIf(here)('the adapter on a second runtime', () => {
  test('creates a wallet, reads it back and pays by both routes', async () => {
    const net = surfpool?.start();
    if (!net) throw new Error('surfpool');
    const clock = { nowMs: () => Date.now() };
    const adapter = createSolanaBlockchainAdapter({
      rpcUrls: [net.rpcUrl],
      timeoutMs: 5_000,
      clock,
      computeUnitPriceMicroLamports: 1_000n,
    });
    try {
      const wallet = await testWallet();
      const { addresses } = wallet;
      const mint = testKey().address;
      await prepare(net, wallet, mint);
      const recipient = testKey().address;
      const wanted = [NATIVE_ASSET, tokenAsset(mint)].map((asset) => ({
        asset,
        amount: 1_000_000_000n,
        periodSeconds: 86_400,
        destinations: [recipient],
      }));
      const limits = must(await adapter.planSpendingLimits(addresses.multisig, 1, wanted));
      for (const message of must(await adapter.createSmartWallet({ addresses, timeLockSeconds: 0, limits })))
        await land(adapter, wallet, message, 'finalized');
      const read = must(await adapter.readWallet(addresses.multisig));
      expect(read).toMatchObject({ threshold: 2, configAuthority: addresses.owner, rentCollector: addresses.feeAccount });
      expect(read?.limits).toHaveLength(2);
      for (const { asset, spendingLimit } of limits) {
        const before = must(await adapter.getBalance(addresses.vault, asset));
        const payment = { asset, amount: 1_000_000n, recipient, memo: 'second opinion' };
        const alone = must(await adapter.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit }));
        const moved = { vaultOutflows: [{ asset, amount: payment.amount }], authorityChanges: [] };
        expect(await land(adapter, wallet, alone, 'confirmed')).toMatchObject(moved);
        const intent = must(await adapter.buildIntent({ addresses, action: { kind: 'payment', payment } }));
        const together = must(
          await adapter.buildTransaction({ route: 'countersigned', addresses, action: { kind: 'payment', payment }, intent }),
        );
        expect(await land(adapter, wallet, together, 'confirmed')).toMatchObject(moved);
        expect(must(await adapter.getBalance(addresses.vault, asset))).toBe(before - 2n * payment.amount);
      }
      expect(await adapter.health()).toMatchObject({ reachable: true, problem: null });
    } finally {
      adapter.close();
      net.stop();
    }
  });
});

/** The real program, its config account, money in vault and fee account, and a token. */
async function prepare(net: Surfnet, { addresses }: TestWallet, mint: Address): Promise<void> {
  const call = async (method: string, ...params: readonly unknown[]): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(net.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(await response.json()).not.toHaveProperty('error');
  };
  await call('surfnet_writeProgram', SQUADS_PROGRAM, readFileSync(elf).toString('hex'), 0);
  const treasury = kitAddress(LOCAL_TREASURY as Address);
  const config = squads
    .getProgramConfigEncoder()
    .encode({ authority: treasury, multisigCreationFee: 0n, treasury, reserved: new Uint8Array(64) });
  const owner = { owner: SQUADS_PROGRAM, lamports: 5_000_000, executable: false };
  await call('surfnet_setAccount', await programConfigAddress(), { ...owner, data: Buffer.from(config).toString('hex') });
  await call('surfnet_setAccount', addresses.feeAccount, { lamports: 10_000_000_000 });
  await call('surfnet_setAccount', addresses.vault, { lamports: 20_000_000_000 });
  const mintData = Buffer.alloc(82);
  mintData.writeBigUInt64LE(10n ** 15n, 36);
  mintData.set([6, 1], 44);
  await call('surfnet_setAccount', mint, { lamports: 1_461_600, owner: TOKEN_PROGRAM, data: mintData.toString('hex') });
  await call('surfnet_setTokenAccount', addresses.vault, mint, { amount: 1_000_000_000 });
}

/** Simulates, signs, submits and waits; the simulation's report, after it was seen to agree with what landed. */
async function land(
  adapter: SolanaBlockchainAdapter,
  wallet: TestWallet,
  { bytes, signers }: BuiltMessage,
  until: 'confirmed' | 'finalized',
): Promise<SimulationReport> {
  const report = must(await adapter.simulateTransaction(bytes, contextOf(wallet)));
  expect(report).toMatchObject({ succeeded: true, problem: null });
  expect(report.innerEffects.filter(({ kind }) => kind === 'unknown')).toEqual([]);
  const keys = [wallet.owner, wallet.agent, wallet.createKey, wallet.feeAccount].filter(({ address }) => signers.includes(address));
  const { wire, signature } = must(
    await adapter.assembleTransaction(
      bytes,
      keys.map((key) => key.sign(bytes)),
    ),
  );
  must(await adapter.submitTransaction(wire));
  for (let attempt = 0; ; attempt += 1) {
    const [status] = must(await adapter.getTransactionStatus([signature])).statuses;
    if (status?.kind === until || status?.kind === 'finalized') break;
    if (attempt > 300) throw new Error(`${signature} did not become ${until}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const landed = must(await adapter.getTransaction(signature, wallet.addresses));
  expect(landed).toMatchObject({ error: null, vaultOutflows: report.vaultOutflows });
  return report;
}
