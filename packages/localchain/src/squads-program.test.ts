import { type Address, generateKeyPairSigner, type Instruction, type KeyPairSigner, lamports } from '@solana/kit';
import {
  getAdvanceNonceAccountInstruction,
  getCreateAccountInstruction,
  getInitializeNonceAccountInstruction,
  getTransferSolInstruction,
  SYSTEM_PROGRAM_ADDRESS,
} from '@solana-program/system';
import * as sqds from '@sqds/multisig';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_TREASURY, PROGRAM_CONFIG } from './program/program-config.ts';
import { type ChainClient, SOL, startChainClient } from './test-support/chain-client.ts';
import { describeDeployed, programForTests } from './test-support/needs-deployed-program.ts';
import { addLimit, addMember, createWallet, removeLimit, removeMember, spend, type TestWallet, walletOf } from './test-support/squads.ts';

const source = await programForTests();

let chain: ChainClient;
let payer: KeyPairSigner;
let owner: KeyPairSigner;
let agent: KeyPairSigner;
let wallet: TestWallet;
let merchant: Address;
beforeAll(async () => {
  chain = await startChainClient();
  payer = await chain.funded(1_000n);
  [owner, agent] = [await generateKeyPairSigner(), await generateKeyPairSigner()];
  merchant = (await chain.funded(1n)).address;
  const createKey = await generateKeyPairSigner();
  wallet = walletOf(createKey.address);
  await chain.send(payer, [
    createWallet(payer, createKey, owner, agent),
    getTransferSolInstruction({ source: payer, destination: wallet.vault, amount: lamports(50n * SOL) }),
  ]);
});
afterAll(async () => chain.process.close());

async function newLimit(amount: bigint, member: Address = agent.address): Promise<Address> {
  const { address, instruction } = addLimit(wallet, payer, owner, member, (await generateKeyPairSigner()).address, amount);
  await chain.send(payer, [instruction]);
  return address;
}
async function customError(instructions: readonly Instruction[]): Promise<unknown> {
  const answer = await chain.submit(await chain.sign(payer, instructions));
  const err = answer.error?.data?.['err'] as { InstructionError?: [number, { Custom?: number }] } | undefined;
  return err?.InstructionError?.[1]?.Custom;
}

describe('the real Squads program', () => {
  test('its configuration charges nothing and names the treasury', async () => {
    const account = (await chain.rpc.getAccountInfo(PROGRAM_CONFIG as Address, { encoding: 'base64', commitment: 'processed' }).send())
      .value;
    const [config] = sqds.accounts.ProgramConfig.deserialize(Buffer.from(account?.data[0] ?? '', 'base64'));
    expect(Number(config.multisigCreationFee)).toBe(0);
    expect(config.treasury.toBase58()).toBe(LOCAL_TREASURY);
    expect(sqds.getProgramConfigPda({})[0].toBase58()).toBe(PROGRAM_CONFIG);
  });

  test('a wallet is a controlled multisig of two keys', async () => {
    const account = (await chain.rpc.getAccountInfo(wallet.multisig, { encoding: 'base64', commitment: 'processed' }).send()).value;
    const [multisig] = sqds.accounts.Multisig.deserialize(Buffer.from(account?.data[0] ?? '', 'base64'));
    expect(multisig.threshold).toBe(2);
    expect(multisig.configAuthority.toBase58()).toBe(owner.address);
    expect(multisig.members.map(({ key }) => key.toBase58()).sort()).toEqual([owner.address, agent.address].sort());
  });

  test('the agent spends within its limit, not beyond (6026), and again a day later', async () => {
    const limit = await newLimit(SOL);
    const before = (await chain.rpc.getBalance(merchant, { commitment: 'processed' }).send()).value;
    await chain.send(payer, [spend(wallet, agent, limit, merchant, (4n * SOL) / 10n)]);
    expect((await chain.rpc.getBalance(merchant, { commitment: 'processed' }).send()).value).toBe(before + (4n * SOL) / 10n);
    expect(await customError([spend(wallet, agent, limit, merchant, (7n * SOL) / 10n)])).toBe(6026);
    await chain.call('chain_advance', { seconds: 86_401 });
    await chain.send(payer, [spend(wallet, agent, limit, merchant, SOL)]);
    expect(await customError([spend(wallet, agent, limit, merchant, 1n)])).toBe(6026);
  });

  test('a stranger cannot use a limit, the agent cannot give itself one', async () => {
    const limit = await newLimit(SOL);
    const stranger = await generateKeyPairSigner();
    expect([6004, 6005]).toContain(await customError([spend(wallet, stranger, limit, merchant, 1n)]));
    const own = addLimit(wallet, payer, agent, agent.address, stranger.address, SOL);
    expect(await customError([own.instruction])).toBe(6004);
  });

  test('a durable nonce outlives any blockhash, is spent by a failure, and does not come back', async () => {
    const nonceKey = await generateKeyPairSigner();
    const space = 80n;
    const rent = await chain.rpc.getMinimumBalanceForRentExemption(space).send();
    await chain.send(payer, [
      getCreateAccountInstruction({ payer, newAccount: nonceKey, lamports: rent, space, programAddress: SYSTEM_PROGRAM_ADDRESS }),
      getInitializeNonceAccountInstruction({ nonceAccount: nonceKey.address, nonceAuthority: owner.address }),
    ]);
    const nonceOf = async () => {
      const parsed = (await chain.call('getAccountInfo', nonceKey.address, { encoding: 'jsonParsed', commitment: 'processed' })).result;
      return (parsed as { value: { data: { parsed: { info: { blockhash: string } } } } }).value.data.parsed.info.blockhash;
    };
    const advance = getAdvanceNonceAccountInstruction({ nonceAccount: nonceKey.address, nonceAuthority: owner });
    const [one, two] = [await newLimit(SOL), await newLimit(SOL)];
    const first = await nonceOf();
    const lockdown = await chain.sign(payer, [advance, removeLimit(wallet, owner, one, payer.address)], first as never);
    await chain.call('chain_advance', { seconds: 30 * 86_400 });
    expect((await chain.submit(lockdown)).error).toBeUndefined();
    expect((await chain.rpc.getAccountInfo(one, { commitment: 'processed', encoding: 'base64' }).send()).value).toBeNull();
    expect(await customError([spend(wallet, agent, one, merchant, 1n)])).toBe(3012);
    expect((await chain.submit(lockdown)).error?.data?.['err']).toBe('BlockhashNotFound');

    const second = await nonceOf();
    expect(second).not.toBe(first);
    await chain.call('chain_advance', { slots: 5 });
    const broken = await chain.sign(
      payer,
      [advance, removeLimit(wallet, owner, two, payer.address), removeLimit(wallet, owner, one, payer.address)],
      second as never,
    );
    await chain.call('sendTransaction', broken.wire, { encoding: 'base64', skipPreflight: true });
    const outcome = (await chain.rpc.getSignatureStatuses([broken.signature]).send()).value[0];
    expect(outcome?.err).not.toBeNull();
    expect(await nonceOf()).not.toBe(second);
    expect((await chain.rpc.getAccountInfo(two, { commitment: 'processed', encoding: 'base64' }).send()).value).not.toBeNull();
  });
});

describeDeployed(source, 'a removed member keeps spending by its limit (deployed Squads 2.1)', () => {
  test('until the limit itself is removed', async () => {
    const limit = await newLimit(SOL);
    const next = (await generateKeyPairSigner()).address;
    await chain.send(payer, [addMember(wallet, payer, owner, next), removeMember(wallet, owner, agent.address)]);
    await chain.send(payer, [spend(wallet, agent, limit, merchant, SOL / 10n)]);
    await chain.send(payer, [removeLimit(wallet, owner, limit, payer.address)]);
    expect(await customError([spend(wallet, agent, limit, merchant, SOL / 20n)])).toBe(3012);
  });
});
