import { type Address, address, type BuiltMessage, type TransactionStatus } from '@countersign/core';
import { type RunningLocalchain, startLocalchain } from '@countersign/localchain';
import {
  appendTransactionMessageInstructions,
  createKeyPairSignerFromBytes,
  createSolanaRpc,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  type Instruction,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type TransactionSigner,
} from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstruction,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { kitAddress } from '../build/kit-address.ts';
import { createSolanaBlockchainAdapter, type SolanaBlockchainAdapter } from '../solana-blockchain-adapter.ts';
import { must } from './must.ts';
import { type TestKey, testKey } from './test-key.ts';

export const SOL = 1_000_000_000n;

/** A local chain with an adapter to it. */
export interface TestChain {
  readonly process: RunningLocalchain;
  readonly adapter: SolanaBlockchainAdapter;
  /** The result of one raw call to the node. */
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>;
  fund(to: Address, amountLamports: bigint): Promise<void>;
  /** A mint of 6 decimals with `amount` base units in the holder's token account. */
  mint(holder: Address, amount: bigint, program?: 'token' | 'token-2022'): Promise<Address>;
  /** Signs a built message, submits it and waits; the status when it is at least confirmed. */
  land(
    message: BuiltMessage,
    keys: readonly TestKey[],
    until?: 'confirmed' | 'finalized',
  ): Promise<{ signature: string; status: TransactionStatus }>;
  close(): Promise<void>;
}

const TOKEN_2022 = kitAddress(address('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb'));

/** `weather`: with the methods that bend the chain. `nodes`: how many nodes the adapter is told of, all the same one. */
export async function startTestChain({
  weather = false,
  nodes = 1,
}: {
  readonly weather?: boolean;
  readonly nodes?: number;
} = {}): Promise<TestChain> {
  const process = await startLocalchain({ slotMs: 20, weather });
  const rpc = createSolanaRpc(process.url);
  const options = { timeoutMs: 5_000, clock: { nowMs: () => Date.now() }, computeUnitPriceMicroLamports: 0n };
  const adapter = createSolanaBlockchainAdapter({ ...options, rpcUrls: Array.from({ length: nodes }, () => process.url) });

  const settle = async (signature: string, until: 'confirmed' | 'finalized'): Promise<TransactionStatus> => {
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      const [status] = must(await adapter.getTransactionStatus([signature])).statuses;
      if (status?.kind === 'finalized' || status?.kind === until) return status;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${signature} did not become ${until}`);
  };
  const fund: TestChain['fund'] = async (to, amount) => {
    await settle(await rpc.requestAirdrop(kitAddress(to), lamports(amount)).send(), 'confirmed');
  };
  const send = async (payer: TransactionSigner, instructions: readonly Instruction[]): Promise<void> => {
    const { value: lifetime } = await rpc.getLatestBlockhash().send();
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (made) => setTransactionMessageFeePayerSigner(payer, made),
      (made) => setTransactionMessageLifetimeUsingBlockhash(lifetime, made),
      (made) => appendTransactionMessageInstructions(instructions, made),
    );
    const signed = await signTransactionMessageWithSigners(message);
    await settle(await rpc.sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: 'base64' }).send(), 'confirmed');
  };

  const raw: TestChain['rpc'] = async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(process.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };

  return {
    process,
    adapter,
    rpc: raw,
    fund,
    mint: async (holder, amount, program = 'token') => {
      const payer = await createKeyPairSignerFromBytes(testKey().bytes);
      const mint = await createKeyPairSignerFromBytes(testKey().bytes);
      await fund(address(payer.address), SOL);
      const tokenProgram = program === 'token' ? TOKEN_PROGRAM_ADDRESS : TOKEN_2022;
      const space = BigInt(getMintSize());
      const rent = await rpc.getMinimumBalanceForRentExemption(space).send();
      const owner = kitAddress(holder);
      const [token] = await findAssociatedTokenPda({ owner, mint: mint.address, tokenProgram });
      const config = { programAddress: tokenProgram };
      await send(payer, [
        getCreateAccountInstruction({ payer, newAccount: mint, lamports: rent, space, programAddress: tokenProgram }),
        getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }, config),
        getCreateAssociatedTokenIdempotentInstruction({ payer, ata: token, owner, mint: mint.address, tokenProgram }),
        getMintToInstruction({ mint: mint.address, token, mintAuthority: payer, amount }, config),
      ]);
      return address(mint.address);
    },
    land: async (message, keys, until = 'confirmed') => {
      const signatures = message.signers.map((signer) => {
        const key = keys.find((each) => each.address === signer);
        if (!key) throw new Error(`no key for ${signer}`);
        return key.sign(message.bytes);
      });
      const { wire, signature } = must(await adapter.assembleTransaction(message.bytes, signatures));
      must(await adapter.submitTransaction(wire));
      return { signature, status: await settle(signature, until) };
    },
    close: async () => {
      adapter.close();
      await process.close();
    },
  };
}
