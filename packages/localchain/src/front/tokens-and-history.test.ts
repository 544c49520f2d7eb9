import { type Address, address, generateKeyPairSigner, type KeyPairSigner, lamports, type Signature } from '@solana/kit';
import { getCreateAccountInstruction, getTransferSolInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstruction,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChainClient, SOL, startChainClient } from '../test-support/chain-client.ts';

let chain: ChainClient;
let payer: KeyPairSigner;
let mint: KeyPairSigner;
let from: Address;
let to: Address;
let minted: Signature;

beforeAll(async () => {
  chain = await startChainClient();
  payer = await chain.funded();
  mint = await generateKeyPairSigner();
  const friend = (await generateKeyPairSigner()).address;
  const ata = async (owner: Address) =>
    (await findAssociatedTokenPda({ owner, mint: mint.address, tokenProgram: TOKEN_PROGRAM_ADDRESS }))[0];
  from = await ata(payer.address);
  to = await ata(friend);
  const space = BigInt(getMintSize());
  const rent = await chain.rpc.getMinimumBalanceForRentExemption(space).send();
  minted = await chain.send(payer, [
    getCreateAccountInstruction({ payer, newAccount: mint, lamports: rent, space, programAddress: TOKEN_PROGRAM_ADDRESS }),
    getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }),
    getCreateAssociatedTokenIdempotentInstruction({ payer, ata: from, owner: payer.address, mint: mint.address }),
    getCreateAssociatedTokenIdempotentInstruction({ payer, ata: to, owner: friend, mint: mint.address }),
    getMintToInstruction({ mint: mint.address, token: from, mintAuthority: payer, amount: 1_500_000n }),
  ]);
  await chain.reached(minted, 'finalized');
});
afterAll(async () => chain.process.close());

const tokenTransfer = (amount: bigint) =>
  getTransferCheckedInstruction({ source: from, mint: mint.address, destination: to, authority: payer, amount, decimals: 6 });

describe('tokens', () => {
  test('balance, supply, accounts by owner', async () => {
    expect((await chain.rpc.getTokenAccountBalance(from).send()).value).toEqual({
      amount: '1500000',
      decimals: 6,
      uiAmount: 1.5,
      uiAmountString: '1.5',
    });
    expect((await chain.rpc.getTokenSupply(mint.address).send()).value.uiAmountString).toBe('1.5');
    for (const filter of [{ mint: mint.address }, { programId: TOKEN_PROGRAM_ADDRESS }]) {
      const found = (await chain.rpc.getTokenAccountsByOwner(payer.address, filter, { encoding: 'jsonParsed' }).send()).value;
      expect(found.map(({ pubkey }) => pubkey)).toEqual([from]);
      expect(found[0]?.account.data.parsed.info.tokenAmount.amount).toBe('1500000');
    }
  });

  test('jsonParsed tells mints and accounts, base58 refuses what is long', async () => {
    const parsed = (
      await chain.call('getMultipleAccounts', [mint.address, from, payer.address, (await generateKeyPairSigner()).address], {
        encoding: 'jsonParsed',
      })
    ).result as { value: unknown[] };
    expect(parsed.value).toMatchObject([
      { data: { program: 'spl-token', parsed: { type: 'mint', info: { decimals: 6, supply: '1500000', mintAuthority: payer.address } } } },
      { data: { program: 'spl-token', parsed: { type: 'account', info: { mint: mint.address, state: 'initialized', isNative: false } } } },
      { data: ['', 'base64'] },
      null,
    ]);
    expect((await chain.call('getAccountInfo', from, { encoding: 'base58' })).error?.code).toBe(-32600);
    const sliced = (await chain.call('getAccountInfo', from, { encoding: 'base58', dataSlice: { offset: 0, length: 32 } })).result;
    expect(sliced).toMatchObject({ value: { space: 165, data: [mint.address, 'base58'] } });
  });

  test('token balances before and after are part of a transaction', async () => {
    const signature = await chain.send(payer, [tokenTransfer(250_000n)]);
    await chain.reached(signature, 'confirmed');
    const found = await chain.rpc
      .getTransaction(signature, { commitment: 'confirmed', encoding: 'json', maxSupportedTransactionVersion: 0 })
      .send();
    const amounts = (list: readonly { readonly uiTokenAmount: { readonly amount: string } }[] | undefined) =>
      list?.map(({ uiTokenAmount }) => uiTokenAmount.amount);
    expect(amounts(found?.meta?.preTokenBalances)?.sort()).toEqual(['0', '1500000']);
    expect(amounts(found?.meta?.postTokenBalances)?.sort()).toEqual(['1250000', '250000']);
    expect(found?.meta?.preTokenBalances?.map((balance) => balance.mint)).toEqual([mint.address, mint.address]);
  });
});

describe('history', () => {
  test('a transaction is told with its outcome in every encoding', async () => {
    const told = async (encoding: string) =>
      (await chain.call('getTransaction', minted, { encoding, maxSupportedTransactionVersion: 0 })).result as Record<string, unknown>;
    const json = await told('json');
    expect(json).toMatchObject({
      version: 0,
      meta: { err: null, status: { Ok: null }, fee: 10_000, loadedAddresses: { writable: [], readonly: [] }, rewards: [] },
      transaction: { signatures: [minted, expect.any(String)], message: { header: { numRequiredSignatures: 2 }, addressTableLookups: [] } },
    });
    const meta = json['meta'] as {
      innerInstructions: { index: number; instructions: unknown[] }[];
      logMessages: string[];
      preBalances: number[];
      postBalances: number[];
    };
    expect(meta.innerInstructions.map(({ index }) => index)).toEqual([2, 3]);
    expect(meta.innerInstructions[0]?.instructions.length).toBeGreaterThan(2);
    expect(meta.logMessages.length).toBeGreaterThan(10);
    const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
    expect(sum(meta.preBalances) - sum(meta.postBalances)).toBe(10_000);
    expect((await told('base64'))['transaction']).toEqual([expect.any(String), 'base64']);
    const parsed = (await told('jsonParsed')) as { transaction: { message: { accountKeys: unknown[] } } };
    expect(parsed.transaction.message.accountKeys[0]).toEqual({
      pubkey: payer.address,
      signer: true,
      writable: true,
      source: 'transaction',
    });
    expect((await chain.call('getTransaction', minted)).error?.code).toBe(-32015);
    expect((await chain.call('getTransaction', minted, { commitment: 'processed' })).error?.code).toBe(-32602);
  });

  test('signatures of an address come newest first and page', async () => {
    const someone = (await generateKeyPairSigner()).address;
    const memo = { programAddress: address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'), data: new TextEncoder().encode('hello') };
    const sent: Signature[] = [];
    for (let i = 1n; i <= 5n; i++)
      sent.push(
        await chain.send(payer, [getTransferSolInstruction({ source: payer, destination: someone, amount: lamports(SOL * i) }), memo]),
      );
    await chain.reached(sent[4] as Signature, 'finalized');
    const list = async (config: object) =>
      (await chain.rpc.getSignaturesForAddress(someone, { commitment: 'finalized', ...config }).send()).map(({ signature }) => signature);
    const newest = [...sent].reverse();
    expect(await list({})).toEqual(newest);
    expect(await list({ limit: 2 })).toEqual(newest.slice(0, 2));
    expect(await list({ before: newest[1], limit: 2 })).toEqual(newest.slice(2, 4));
    expect(await list({ until: newest[3] })).toEqual(newest.slice(0, 3));
    const first = (await chain.rpc.getSignaturesForAddress(someone, { limit: 1 }).send())[0];
    expect(first).toMatchObject({ memo: '[5] hello', err: null, confirmationStatus: 'finalized' });
  });

  test('old statuses are told only when history is searched', async () => {
    await chain.call('chain_advance', { slots: 400 });
    expect((await chain.rpc.getSignatureStatuses([minted]).send()).value).toEqual([null]);
    const found = (await chain.rpc.getSignatureStatuses([minted], { searchTransactionHistory: true }).send()).value[0];
    expect(found).toMatchObject({ confirmationStatus: 'finalized', confirmations: null, err: null });
  });
});

describe('simulation', () => {
  test('tells accounts and inner instructions and changes nothing', async () => {
    const stranger = (await generateKeyPairSigner()).address;
    const [ata] = await findAssociatedTokenPda({ owner: stranger, mint: mint.address, tokenProgram: TOKEN_PROGRAM_ADDRESS });
    const { wire } = await chain.sign(payer, [
      getCreateAssociatedTokenIdempotentInstruction({ payer, ata, owner: stranger, mint: mint.address }),
      getTransferSolInstruction({ source: payer, destination: stranger, amount: lamports(SOL) }),
    ]);
    const answer = await chain.call('simulateTransaction', wire, {
      encoding: 'base64',
      commitment: 'processed',
      sigVerify: true,
      innerInstructions: true,
      accounts: { encoding: 'base64', addresses: [ata, stranger, mint.address] },
    });
    const { value } = answer.result as { value: { accounts: unknown[]; innerInstructions: { index: number; instructions: object[] }[] } };
    expect(value).toMatchObject({
      err: null,
      unitsConsumed: expect.any(Number),
      accounts: [{ owner: TOKEN_PROGRAM_ADDRESS, space: 165 }, { lamports: 1e9 }, { space: 82 }],
    });
    expect(value.innerInstructions[0]?.index).toBe(0);
    expect(value.innerInstructions[0]?.instructions[0]).toHaveProperty('programId');
    expect((await chain.rpc.getAccountInfo(ata, { commitment: 'processed', encoding: 'base64' }).send()).value).toBeNull();
  });

  test('runs in the state of its commitment', async () => {
    const fresh = await chain.funded(1n);
    await chain.call('weather_freeze', { frozen: true });
    const late = await chain.funded(1n);
    const simulated = async (source: KeyPairSigner, commitment: string) => {
      const { wire } = await chain.sign(source, [getTransferSolInstruction({ source, destination: payer.address, amount: lamports(5n) })]);
      const answer = await chain.call('simulateTransaction', wire, { encoding: 'base64', commitment, replaceRecentBlockhash: true });
      return (answer.result as { value: { err: unknown } }).value.err;
    };
    expect(await simulated(late, 'processed')).toBeNull();
    expect(await simulated(late, 'finalized')).toBe('AccountNotFound');
    expect((await chain.rpc.getBalance(late.address, { commitment: 'processed' }).send()).value).toBe(SOL);
    await chain.call('chain_advance', { slots: 40 });
    expect(await simulated(fresh, 'finalized')).toBeNull();
    await chain.call('weather_clear');
  });

  test('a blockhash that is not known is an error in the answer, unless replaced', async () => {
    const { wire } = await chain.sign(payer, [tokenTransfer(1n)], '11111111111111111111111111111112' as never);
    const simulated = async (config: object) =>
      (await chain.call('simulateTransaction', wire, { encoding: 'base64', commitment: 'processed', ...config })).result;
    expect(await simulated({})).toMatchObject({ value: { err: 'BlockhashNotFound', logs: [] } });
    expect(await simulated({ replaceRecentBlockhash: true })).toMatchObject({
      value: { err: null, replacementBlockhash: { blockhash: expect.any(String) } },
    });
    expect(
      (await chain.call('simulateTransaction', wire, { encoding: 'base64', sigVerify: true, replaceRecentBlockhash: true })).error?.code,
    ).toBe(-32602);
  });
});
