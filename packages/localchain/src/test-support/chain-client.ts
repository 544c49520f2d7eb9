/** A running chain with the client that the product uses. */
import {
  address,
  appendTransactionMessageInstructions,
  type Blockhash,
  createSolanaRpc,
  createTransactionMessage,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type Instruction,
  type KeyPairSigner,
  lamports,
  pipe,
  type Rpc,
  type Signature,
  type SolanaRpcApi,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { type RunningLocalchain, type StartLocalchainOptions, startLocalchain } from '../start-localchain.ts';

export const SOL = 1_000_000_000n;

export interface RawAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Readonly<Record<string, unknown>> };
}

export interface Signed {
  readonly signature: Signature;
  readonly wire: string;
}

export interface ChainClient {
  readonly process: RunningLocalchain;
  readonly rpc: Rpc<SolanaRpcApi>;
  /** One JSON-RPC call by hand. */
  call(method: string, ...params: readonly unknown[]): Promise<RawAnswer>;
  funded(sol?: bigint): Promise<KeyPairSigner>;
  sign(payer: KeyPairSigner, instructions: readonly Instruction[], blockhash?: Blockhash): Promise<Signed>;
  /** Sends with preflight at processed. */
  submit(signed: Signed): Promise<RawAnswer>;
  /** Signs, sends and expects it to land without an error. */
  send(payer: KeyPairSigner, instructions: readonly Instruction[]): Promise<Signature>;
  reached(signature: Signature, commitment: 'confirmed' | 'finalized'): Promise<void>;
}

/** Starts a chain with fast slots; close it through `process`. */
export async function startChainClient(options: StartLocalchainOptions = {}): Promise<ChainClient> {
  return connect(await startLocalchain({ slotMs: 20, weather: true, ...options }));
}

function connect(process: RunningLocalchain): ChainClient {
  const rpc = createSolanaRpc(process.url);
  const call: ChainClient['call'] = async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(process.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return (await response.json()) as RawAnswer;
  };
  const sign: ChainClient['sign'] = async (payer, instructions, blockhash) => {
    const latest = (await rpc.getLatestBlockhash({ commitment: 'processed' }).send()).value;
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayerSigner(payer, m),
      (m) => setTransactionMessageLifetimeUsingBlockhash(blockhash === undefined ? latest : { ...latest, blockhash }, m),
      (m) => appendTransactionMessageInstructions(instructions, m),
    );
    const signed = await signTransactionMessageWithSigners(message);
    return { signature: getSignatureFromTransaction(signed), wire: getBase64EncodedWireTransaction(signed) };
  };
  const submit: ChainClient['submit'] = ({ wire }) =>
    call('sendTransaction', wire, { encoding: 'base64', preflightCommitment: 'processed' });
  const reached: ChainClient['reached'] = async (signature, commitment) => {
    for (let i = 0; i < 2_000; i++) {
      const status = (await rpc.getSignatureStatuses([signature], { searchTransactionHistory: true }).send()).value[0];
      const at = status?.confirmationStatus;
      if (at === 'finalized' || at === commitment) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`${signature} did not become ${commitment}`);
  };
  return {
    process,
    rpc,
    call,
    sign,
    submit,
    reached,
    async funded(sol = 100n) {
      const signer = await generateKeyPairSigner();
      await rpc.requestAirdrop(address(signer.address), lamports(sol * SOL)).send();
      return signer;
    },
    async send(payer, instructions) {
      const signed = await sign(payer, instructions);
      const answer = await submit(signed);
      if (answer.error !== undefined) throw new Error(`${answer.error.message}\n${JSON.stringify(answer.error.data)}`);
      return signed.signature;
    },
  };
}
