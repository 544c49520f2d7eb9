import {
  type Address,
  type AssetId,
  type BuiltMessage,
  type DecodeContext,
  type IBlockchainAdapter,
  NATIVE_ASSET,
  type Payment,
  type PlannedLimit,
  type RequestedAction,
  type TransactionStatus,
  type WalletAddresses,
} from '@countersign/core';
import { createTestKey, type TestKey } from '../test-key.ts';
import { must } from './must.ts';

/** Lamports to a wallet. */
export interface Transfer {
  readonly to: Address;
  readonly amount: bigint;
}

/** An implementation under test and the world around it. */
export interface BlockchainSubject {
  readonly chain: IBlockchainAdapter;
  /** Gives lamports to an account; resolves when the chain has them. */
  fund(account: Address, amountLamports: bigint): Promise<void>;
  /** An agent's own message by which the vault sends these amounts of the native asset, one after the other. */
  sends(vault: Address, transfers: readonly Transfer[]): Uint8Array;
  /** Leaves a proposal of the wallet that owner and agent have approved and nobody has executed; its index. */
  leaveApproved(world: ChainWorld): Promise<bigint>;
  /** Gives somebody a token of the vault's, in a token account of it that `delegate` may take from; the token and its account. */
  leaveDelegate(world: ChainWorld, delegate: Address): Promise<{ readonly asset: AssetId; readonly account: Address }>;
  /** Lets blocks pass until one higher than `blockHeight` is finalized. */
  passBlockHeight(blockHeight: bigint): Promise<void>;
  /** Makes every node unreachable, for good. */
  unplug(): Promise<void>;
  close(): Promise<void>;
}

/** The keys and the wallet of one run of the suite, on chain, and what is done with them. */
export interface ChainWorld {
  readonly fee: TestKey;
  readonly owner: TestKey;
  readonly agent: TestKey;
  readonly recipient: Address;
  /** Those of the present; a rotation changes them. */
  addresses: WalletAddresses;
  /** A key that may sign from now on. */
  newKey(): TestKey;
  /** The messages that created the wallet; they have landed. */
  readonly created: readonly BuiltMessage[];
  /** The spending limits on chain. */
  limits: readonly PlannedLimit[];
  context(): DecodeContext;
  payment(amount: bigint): Payment;
  /** A payment of the agent alone to the recipient, through the first limit or another one, by the agent of `addresses` or another key. */
  autonomous(amount: bigint, by?: { readonly agent?: Address; readonly spendingLimit?: Address }): Promise<BuiltMessage>;
  payAction(amount: bigint): RequestedAction;
  /** A call that sends these amounts to the recipient. */
  callAction(amounts: readonly bigint[]): CallAction;
  countersigned(amount: bigint): Promise<BuiltMessage>;
  /** Builds the intent of an action, and the transaction for it. */
  together(action: RequestedAction): Promise<BuiltMessage>;
  signaturesOf(message: BuiltMessage): readonly GivenSignature[];
  assembled(message: BuiltMessage): Promise<{ readonly wire: Uint8Array; readonly signature: string }>;
  look(signature: string): Promise<{ readonly status: TransactionStatus | undefined; readonly finalizedBlockHeight: bigint }>;
  /** Waits until the transaction is final. */
  settled(signature: string): Promise<LandedStatus>;
  /** Signs, sends and waits until it is final; `error` is the chain's. */
  land(message: BuiltMessage): Promise<{ readonly signature: string; readonly error: string | null }>;
  balance(): Promise<bigint>;
  plan(revision: number, amount: bigint): Promise<readonly PlannedLimit[]>;
}
type CallAction = Extract<RequestedAction, { readonly kind: 'call' }>;

interface GivenSignature {
  readonly signer: Address;
  readonly signature: Uint8Array;
}
type LandedStatus = Exclude<TransactionStatus, { readonly kind: 'not_found' }>;

/** In lamports. */
export const SOL: bigint = 1_000_000_000n;
const DAY_SECONDS = 86_400;
const PATIENCE_MS = 20_000;

/** Funds a fee account and a vault, and creates the wallet with one spending limit of 1 SOL a day. */
export async function createChainWorld(subject: BlockchainSubject): Promise<ChainWorld> {
  const { chain } = subject;
  const [fee, owner, agent, createKey] = [createTestKey(), createTestKey(), createTestKey(), createTestKey()];
  const keys = [fee, owner, agent, createKey];
  const derived = await chain.deriveWallet(createKey.address);
  const people = { owner: owner.address, agent: agent.address, createKey: createKey.address, feeAccount: fee.address };
  const addresses: WalletAddresses = { ...derived, ...people };
  const recipient = createTestKey().address;

  const payment = (amount: bigint): Payment => ({ asset: NATIVE_ASSET, amount, recipient, memo: null });
  const context = (): DecodeContext => ({ addresses: world.addresses, candidateRecipients: [recipient], assets: [] });
  const autonomous: ChainWorld['autonomous'] = async (amount, by = {}) => {
    const spendingLimit = by.spendingLimit ?? world.limits[0]?.spendingLimit ?? addresses.vault;
    const from = { ...world.addresses, agent: by.agent ?? world.addresses.agent };
    return must(await chain.buildTransaction({ route: 'autonomous', addresses: from, payment: payment(amount), spendingLimit }));
  };
  const newKey = (): TestKey => {
    const key = createTestKey();
    keys.push(key);
    return key;
  };
  const payAction = (amount: bigint): RequestedAction => ({ kind: 'payment', payment: payment(amount) });
  const callAction = (amounts: readonly bigint[]): CallAction => {
    const message = subject.sends(
      addresses.vault,
      amounts.map((amount) => ({ to: recipient, amount })),
    );
    return { kind: 'call', message, pins: [] };
  };
  const together = async (action: RequestedAction): Promise<BuiltMessage> => {
    const { addresses: present } = world;
    const intent = must(await chain.buildIntent({ addresses: present, action }));
    return must(await chain.buildTransaction({ route: 'countersigned', addresses: present, action, intent }));
  };
  const countersigned = (amount: bigint): Promise<BuiltMessage> => together(payAction(amount));
  const signaturesOf = ({ bytes, signers }: BuiltMessage): readonly GivenSignature[] =>
    signers.map((signer) => {
      const key = keys.find((each) => each.address === signer);
      if (!key) throw new Error(`the message asks for a signature of ${signer}`);
      return { signer, signature: key.sign(bytes) };
    });
  const assembled = async (message: BuiltMessage) => must(await chain.assembleTransaction(message.bytes, signaturesOf(message)));
  const look = async (signature: string) => {
    const { statuses, finalizedBlockHeight } = must(await chain.getTransactionStatus([signature]));
    return { status: statuses[0], finalizedBlockHeight };
  };
  const settled = async (signature: string): Promise<LandedStatus> => {
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const { status } = await look(signature);
      if (status?.kind === 'finalized') return status;
    }
    throw new Error(`${signature} was not finalized`);
  };
  const land = async (message: BuiltMessage): Promise<{ readonly signature: string; readonly error: string | null }> => {
    const { wire, signature } = await assembled(message);
    must(await chain.submitTransaction(wire));
    return { signature, error: (await settled(signature)).error };
  };
  const balance = async (): Promise<bigint> => must(await chain.getBalance(addresses.vault, NATIVE_ASSET));
  const plan = async (revision: number, amount: bigint): Promise<readonly PlannedLimit[]> =>
    must(
      await chain.planSpendingLimits(addresses.multisig, revision, [
        { asset: NATIVE_ASSET, amount, periodSeconds: DAY_SECONDS, destinations: [recipient] },
      ]),
    );

  await subject.fund(fee.address, 10n * SOL);
  await subject.fund(addresses.vault, 20n * SOL);
  const limits = await plan(1, SOL);
  if (must(await chain.readWallet(addresses.multisig)) !== null) throw new Error('the wallet is there before it was created');
  const created = must(await chain.createSmartWallet({ addresses, timeLockSeconds: 0, limits }));
  for (const message of created) {
    const { error } = await land(message);
    if (error !== null) throw new Error(error);
  }
  const world: ChainWorld = {
    ...{ fee, owner, agent, recipient, addresses, created, limits, context, payment, payAction, callAction, autonomous, countersigned },
    ...{ newKey, together, signaturesOf, assembled, look, settled, land, balance, plan },
  };
  return world;
}
