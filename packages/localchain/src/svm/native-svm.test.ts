import { Keypair, NONCE_ACCOUNT_LENGTH, NonceAccount, PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { getProgramConfigPda } from '@sqds/multisig';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRATE_VERSION } from '../program/crate-cache.ts';
import { writeProgramConfig } from '../program/program-config.ts';
import {
  addLimit,
  addMember,
  agent,
  blockhash,
  countersignedTransfer,
  createWallet,
  fund,
  lamportsOf,
  multisig,
  owner,
  payer,
  readMultisig,
  recipient,
  remainingAmount,
  removeAgent,
  SOL,
  START_UNIX_SECONDS,
  spend,
  spendInstruction,
  vault,
  wireOf,
} from '../test-support/native-wallet.ts';
import { describeNative } from '../test-support/needs-native-program.ts';
import { SQUADS_PROGRAM } from '../wire/programs.ts';
import { NativeProcess } from './native-process.ts';
import { openNativeSvm } from './native-svm.ts';
import type { Svm } from './svm.ts';

const FEE_OF_TWO_SIGNATURES = 10_000n;
const custom = (instruction: number, code: number): unknown => ({ InstructionError: [instruction, { Custom: code }] });

describeNative('the native Squads program', (binaryPath) => {
  let svm: Svm;
  const open = (): Promise<Svm> => openNativeSvm({ kind: 'crate', version: CRATE_VERSION, binaryPath });

  beforeEach(async () => {
    svm = await open();
    expect((await createWallet(svm)).error).toBeNull();
  });
  afterEach(() => svm.close());

  test('creates a controlled multisig', async () => {
    const created = await readMultisig(svm);
    expect(created.threshold).toBe(2);
    expect(created.configAuthority.equals(owner.publicKey)).toBe(true);
    expect(created.members.map(({ key }) => key.toBase58()).sort()).toEqual([owner, agent].map((k) => k.publicKey.toBase58()).sort());
    const owned = (await svm.getProgramAccounts(SQUADS_PROGRAM)).map(([address]) => address);
    expect(owned).toContain(multisig.toBase58());
    expect(owned).toHaveLength(2);
  });

  test('starts with the program configuration that the front writes', async () => {
    const address = getProgramConfigPda({})[0].toBase58();
    const before = await svm.getAccount(address);
    await writeProgramConfig(svm);
    expect(await svm.getAccount(address)).toEqual(before);
  });

  test('pays inside a spending limit, and again when its day is over', async () => {
    await svm.execute(addLimit(SOL));
    const paid = await svm.execute(spend(SOL));
    expect(paid).toMatchObject({ error: null, processed: true, fee: FEE_OF_TWO_SIGNATURES, returnData: null });
    expect(paid.logs[0]).toBe(`Program ${SQUADS_PROGRAM} invoke [1]`);
    expect(paid.logs.at(-1)).toBe(`Program ${SQUADS_PROGRAM} success`);
    const [inner] = paid.innerInstructions;
    expect(inner?.index).toBe(0);
    expect(inner?.instructions.map(({ stackHeight, data }) => [stackHeight, data[0]])).toEqual([[2, 2]]);
    expect(await lamportsOf(svm, recipient)).toBe(SOL);
    expect(await lamportsOf(svm, vault)).toBe(9n * SOL);
    expect((await svm.execute(spend(1n))).error).toEqual(custom(0, 6026));
    await svm.setClock({ slot: 2n, epoch: 0n, unixTimestamp: START_UNIX_SECONDS + 86_401n });
    expect((await svm.execute(spend(SOL))).error).toBeNull();
  });

  test('refuses to pay over a spending limit, and takes the fee', async () => {
    await svm.execute(addLimit(SOL));
    const before = await lamportsOf(svm, payer.publicKey);
    const refused = await svm.execute(spend(SOL + 1n));
    expect(refused).toMatchObject({ error: custom(0, 6026), processed: true, fee: FEE_OF_TWO_SIGNATURES });
    expect(refused.logs.join('\n')).toContain('Error Number: 6026');
    expect(await lamportsOf(svm, payer.publicKey)).toBe(before - FEE_OF_TWO_SIGNATURES);
    expect(await lamportsOf(svm, recipient)).toBe(0n);
    expect(await remainingAmount(svm)).toBe(SOL);
  });

  test('stops a removed member, as this release does and the deployed one does not', async () => {
    await svm.execute(addLimit(SOL));
    expect((await svm.execute(removeAgent())).error).toBeNull();
    const stopped = await svm.execute(spend(1n));
    expect(stopped.error).toEqual(custom(0, 6005));
    expect(stopped.logs.join('\n')).toContain(
      'AnchorError thrown in squads-multisig-program-2.0.0/src/instructions/spending_limit_use.rs:',
    );
  });

  test('countersigns, and grows an account inside the program', async () => {
    expect((await svm.execute(countersignedTransfer(recipient, 3n * SOL))).error).toBeNull();
    expect(await lamportsOf(svm, recipient)).toBe(3n * SOL);
    const bytes = async (): Promise<number> => (await svm.getAccount(multisig.toBase58()))?.data.length ?? 0;
    const before = await bytes();
    for (const number of [21, 22]) {
      const member = Keypair.fromSeed(Buffer.alloc(32, number)).publicKey;
      expect((await svm.execute(addMember(member))).error).toBeNull();
    }
    expect((await readMultisig(svm)).members).toHaveLength(4);
    expect(await bytes()).toBeGreaterThan(before);
  });

  test('undoes everything when an inner transfer fails', async () => {
    const failed = await svm.execute(countersignedTransfer(recipient, 11n * SOL));
    expect(failed.error).toEqual(custom(4, 1));
    expect(Number((await readMultisig(svm)).transactionIndex)).toBe(0);
    expect(await lamportsOf(svm, vault)).toBe(10n * SOL);
  });

  test('contains a panic of the program, and goes on', async () => {
    await svm.execute(addLimit(SOL, Keypair.fromSeed(Buffer.alloc(32, 30)).publicKey));
    const panicked = await svm.execute(spend(1n));
    expect(panicked).toMatchObject({ error: { InstructionError: [0, 'ProgramFailedToComplete'] }, processed: true });
    const line = panicked.logs.find((log) => log.includes('panicked at'));
    expect(line).toMatch(/^Program log: panicked at squads-multisig-program-2\.0\.0\/src\/[a-z_/]+\.rs:\d+:\d+: called `Option::unwrap/);
    expect((await svm.execute(countersignedTransfer(recipient, SOL))).error).toBeNull();
  });

  test('stops at the compute unit limit', async () => {
    await svm.execute(addLimit(SOL));
    for (const units of [5_000, 10_500]) {
      const data = Buffer.alloc(5, 2);
      data.writeUInt32LE(units, 1);
      const programId = new PublicKey('ComputeBudget111111111111111111111111111111');
      const limit = new TransactionInstruction({ programId, keys: [], data });
      const { error } = await svm.execute(wireOf([limit, spendInstruction(1n)], [payer, agent]));
      expect(error).toEqual({ InstructionError: [1, 'ComputationalBudgetExceeded'] });
    }
  });

  test('simulates without changing anything, and shows the accounts afterwards', async () => {
    await svm.execute(addLimit(SOL));
    const before = await svm.save();
    const paid = await svm.simulate(spend(SOL));
    expect(paid.error).toBeNull();
    expect(paid.postAccounts.get(recipient.toBase58())?.lamports).toBe(SOL);
    expect(paid.postAccounts.get(vault.toBase58())?.lamports).toBe(9n * SOL);
    expect(paid.innerInstructions).toHaveLength(1);
    const payerBefore = await lamportsOf(svm, payer.publicKey);
    const refused = await svm.simulate(spend(2n * SOL));
    expect(refused.error).toEqual(custom(0, 6026));
    expect(refused.postAccounts.get(payer.publicKey.toBase58())?.lamports).toBe(payerBefore - FEE_OF_TWO_SIGNATURES);
    expect(refused.postAccounts.get(recipient.toBase58())).toMatchObject({ lamports: 0n, owner: SystemProgram.programId.toBase58() });
    expect(await svm.save()).toEqual(before);
  });

  test('does not process what a validator drops, and charges for what cannot be loaded', async () => {
    const poor = Keypair.fromSeed(Buffer.alloc(32, 40));
    const transfer = (from: Keypair): TransactionInstruction =>
      SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: recipient, lamports: 1 });
    const dropped = await svm.execute(wireOf([transfer(poor)], [poor]));
    expect(dropped).toMatchObject({ error: 'AccountNotFound', processed: false, fee: 0n });
    await fund(svm, poor.publicKey, 1_000n);
    const tooPoor = await svm.execute(wireOf([transfer(poor)], [poor]));
    expect(tooPoor).toMatchObject({ error: 'InsufficientFundsForFee', processed: false, fee: 0n });
    expect(await lamportsOf(svm, poor.publicKey)).toBe(1_000n);

    const before = await lamportsOf(svm, payer.publicKey);
    const missing = new TransactionInstruction({ programId: poor.publicKey, keys: [], data: Buffer.alloc(0) });
    await fund(svm, poor.publicKey, 0n);
    const charged = await svm.execute(wireOf([missing], [payer]));
    expect(charged).toMatchObject({ error: 'ProgramAccountNotFound', processed: true, fee: 5_000n });
    expect(await lamportsOf(svm, payer.publicKey)).toBe(before - 5_000n);
  });

  test('advances the nonce of a failed transaction', async () => {
    const nonce = Keypair.fromSeed(Buffer.alloc(32, 50));
    const create = SystemProgram.createNonceAccount({
      fromPubkey: payer.publicKey,
      noncePubkey: nonce.publicKey,
      authorizedPubkey: owner.publicKey,
      lamports: Number(await svm.minimumBalance(NONCE_ACCOUNT_LENGTH)),
    });
    expect((await svm.execute(wireOf(create.instructions, [payer, nonce]))).error).toBeNull();
    const value = async (): Promise<string> =>
      NonceAccount.fromAccountData(Buffer.from((await svm.getAccount(nonce.publicKey.toBase58()))?.data ?? [])).nonce;
    const advance = SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey: owner.publicKey });
    const pay = (lamports: bigint): TransactionInstruction =>
      SystemProgram.transfer({ fromPubkey: owner.publicKey, toPubkey: recipient, lamports });

    const first = await value();
    const failed = await svm.execute(wireOf([advance, pay(1_000n * SOL)], [payer, owner], first));
    expect(failed).toMatchObject({ error: custom(1, 1), processed: true, fee: FEE_OF_TWO_SIGNATURES });
    const second = await value();
    expect(second).not.toBe(first);
    expect(await lamportsOf(svm, recipient)).toBe(0n);
    expect((await svm.execute(wireOf([advance, pay(SOL)], [payer, owner], second))).error).toBeNull();
    expect(new Set([first, second, await value()]).size).toBe(3);

    const unspent = await value();
    const ordinary = await svm.execute(wireOf([advance, pay(1_000n * SOL)], [payer, owner], blockhash(60)));
    expect(ordinary.processed).toBe(true);
    expect(await value()).toBe(unspent);
  });

  test('saves a bank that another process loads', async () => {
    await svm.execute(addLimit(SOL));
    await svm.execute(spend(SOL / 2n));
    const saved = await svm.save();
    const other = await open();
    try {
      await other.load(saved);
      expect(await other.save()).toEqual(saved);
      expect(await remainingAmount(other)).toBe(SOL / 2n);
      expect((await other.execute(spend(SOL / 2n))).error).toBeNull();
      const broken = [saved.subarray(0, saved.length - 1), Uint8Array.of(...saved, 0), new Uint8Array(16)];
      const before = await other.save();
      for (const snapshot of broken) await expect(other.load(snapshot)).rejects.toThrow('snapshot');
      expect(await other.save()).toEqual(before);
    } finally {
      await other.close();
    }
  });

  test('loads back to what was before what came after', async () => {
    const saved = await svm.save();
    const account = Keypair.fromSeed(Buffer.alloc(32, 70)).publicKey;
    await fund(svm, account, SOL);
    await svm.setAccount(multisig.toBase58(), { lamports: 0n, owner: SQUADS_PROGRAM, executable: false, data: new Uint8Array() });
    await svm.load(saved);
    expect(await svm.getAccount(account.toBase58())).toBeNull();
    expect((await readMultisig(svm)).threshold).toBe(2);
  });

  test('refuses bytes that are not exactly one transaction', async () => {
    const wire = spend(1n);
    for (const bytes of [new Uint8Array(), wire.subarray(0, 100), Uint8Array.of(...wire, 0)]) {
      await expect(svm.execute(bytes)).rejects.toThrow('not a transaction');
    }
    await expect(svm.getAccount('not an address')).rejects.toThrow('bad request');
    expect((await readMultisig(svm)).threshold).toBe(2);
  });

  test('answers many requests in their order', async () => {
    const balances = Array.from({ length: 200 }, (_, bytes) => svm.minimumBalance(bytes));
    expect(await Promise.all(balances)).toEqual(Array.from({ length: 200 }, (_, bytes) => BigInt((128 + bytes) * 6_960)));
  });

  test('is gone with one error for all that wait when its process is killed', async () => {
    const native = new NativeProcess(binaryPath);
    await native.ask({ op: 'describe' });
    const { pid } = native;
    if (pid === undefined) throw new Error('it answered, so it has a pid');
    process.kill(pid, 'SIGSTOP');
    const waiting = Array.from({ length: 3 }, () => native.ask({ op: 'save' }));
    process.kill(pid, 'SIGKILL');
    const errors = (await Promise.allSettled(waiting)).map((settled) => (settled.status === 'rejected' ? String(settled.reason) : ''));
    expect(new Set(errors)).toEqual(new Set(['Error: the native chain process ended (SIGKILL)']));
    await native.close();
  });

  test('is refused when it is of another release', async () => {
    await expect(openNativeSvm({ kind: 'crate', version: '1.0.0', binaryPath })).rejects.toThrow('has the crate 2.0.0');
  });
});
