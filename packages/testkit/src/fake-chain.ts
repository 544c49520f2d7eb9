import {
  type Address,
  type AssetId,
  address,
  type DecodedCall,
  type DomainError,
  domainError,
  encodeBase58,
  fail,
  type IBlockchainAdapter,
  type LookupPin,
  NATIVE_ASSET,
  NATIVE_DECIMALS,
  ok,
  type Result,
  sha256,
} from '@countersign/core';
import { createFakeBlocks, type FakeBlocks, isExpired, type NodeView, statusIn } from './fake-blocks.ts';
import { callProblem, createFakeBuilder, fakeIntent } from './fake-builder.ts';
import { callEffect, callPayment, decodeFakeCall, type FakeCall } from './fake-call.ts';
import {
  BEST,
  BLOCKHASH_BLOCKS,
  createFakeControls,
  type FakeChainControls,
  type FakeChainState,
  freshState,
} from './fake-chain-controls.ts';
import { describeFakeMessage, FAKE_FEE_LAMPORTS_PER_SIGNATURE, fakeOutflow, fakeSentence } from './fake-effects.ts';
import { createFakeGovernance } from './fake-governance.ts';
import {
  decodeFakeMessage,
  decodeFakeWire,
  derivedAddress,
  encodeFakeWire,
  type FakeMessage,
  fakeLimit,
  isKeyAddress,
} from './fake-message.ts';
import { simulateFake } from './fake-simulation.ts';
import { createFakeWatching } from './fake-watching.ts';
import type { FakeSources } from './sources.ts';

export interface FakeChain extends IBlockchainAdapter, FakeChainControls {}

/**
 * A chain in memory with the port's behaviour and none of Solana's bytes: signatures are checked, wallets exist after their creation
 * landed, money moves once, spending limits hold, blockhashes run out, blocks may be forked away before they are finalized.
 */
export function createFakeChain(sources: FakeSources): FakeChain {
  const network = encodeBase58(sha256('fake chain'));
  const blocks: FakeBlocks = createFakeBlocks();
  const assets = new Map<AssetId, number>([[NATIVE_ASSET, NATIVE_DECIMALS]]);
  const tables = new Map<Address, readonly Address[]>();
  const mempool = new Map<string, FakeMessage>();
  const state: FakeChainState = freshState();

  const draw = (end: number): number => {
    const [high = 0, low = 0] = sources.random.bytes(2);
    return Math.floor(((high * 256 + low) / 65_536) * end);
  };
  const node = (): NodeView => {
    const { nodes } = state;
    return blocks.view(nodes.length === 1 ? (nodes[0] ?? BEST) : (nodes[draw(nodes.length)] ?? BEST));
  };
  const down = <T>(): Result<T, DomainError> => fail(domainError('chain_unavailable', { problem: 'the fake chain is unplugged' }));
  const answer = async <T>(value: () => T): Promise<Result<T, DomainError>> => (state.reachable ? ok(value()) : down());
  const undecodable = <T>(): Result<T, DomainError> => fail(domainError('undecodable_message', { problem: 'not of the fake chain' }));
  const reject = <T>(problem: string): Result<T, DomainError> => fail(domainError('chain_rejected', { problem, mayHaveLanded: false }));
  const pinsOf = (call: FakeCall): readonly LookupPin[] =>
    call.tables.map((table): LookupPin => ({ table, writable: tables.get(table) ?? [], readonly: [] }));
  const tableContents = (call: FakeCall): readonly (readonly Address[])[] => call.tables.map((table) => tables.get(table) ?? []);

  const builder = createFakeBuilder(() => node().confirmed + BLOCKHASH_BLOCKS);
  const { build, countersigned } = builder;
  const watching = createFakeWatching({
    node,
    isReachable: () => state.reachable,
    nodesDisagree: () => state.nodesDisagree,
    told: (wallet) => (state.lie === null ? wallet : state.lie(wallet)),
    assets: () => [...assets.keys()],
    keptFrom: () => state.keptFrom,
  });
  function produce(ids: readonly string[]): void {
    const transactions = ids.flatMap((id) => {
      const message = mempool.get(id);
      return message ? [{ id, message, slack: message.kind === 'call' && message.call.slackPercent > 0 ? draw(1_000) / 1_000 : 0 }] : [];
    });
    blocks.produce(transactions);
    for (const id of ids) mempool.delete(id);
  }

  const controls = createFakeControls({ state, blocks, assets, tables, mempool, random: sources.random, produce });

  return {
    ...controls,
    ...watching,
    ...createFakeGovernance(builder, () => state.room, answer),
    getNetwork: () => answer(() => network),
    health: async () =>
      state.reachable
        ? {
            reachable: true,
            problem: null,
            network,
            finalizedBlockHeight: node().finalized,
            chainTimeMs: sources.clock.nowMs() + state.skewMs,
          }
        : { reachable: false, problem: 'the fake chain is unplugged', network: null, finalizedBlockHeight: null, chainTimeMs: null },
    isWalletAddress: isKeyAddress,
    signersOf: (message) => decodeFakeMessage(message)?.signers ?? [],
    async getAssetInfo(asset) {
      if (!state.reachable) return down();
      const decimals = assets.get(asset);
      return decimals === undefined
        ? fail(domainError('asset_not_supported', { asset, problem: 'there is no such mint' }))
        : ok({ asset, decimals });
    },
    deriveWallet: async (createKey) => ({
      multisig: derivedAddress('multisig', createKey),
      vault: derivedAddress('vault', createKey),
    }),
    planSpendingLimits: (multisig, revision, limits) =>
      answer(() =>
        limits.map((limit) => ({
          ...limit,
          decimals: assets.get(limit.asset) ?? NATIVE_DECIMALS,
          createKey: derivedAddress('limit key', multisig, String(revision), limit.asset),
          spendingLimit: derivedAddress('limit', multisig, String(revision), limit.asset),
        })),
      ),
    createSmartWallet: ({ addresses, timeLockSeconds, limits }) =>
      answer(() => [
        build((lifetime) => ({
          ...lifetime,
          kind: 'create',
          signers: [addresses.feeAccount, addresses.createKey, addresses.owner],
          addresses,
          timeLockSeconds,
          limits: limits.map(fakeLimit),
        })),
      ]),
    async buildIntent({ addresses, action }) {
      const refusal = state.reachable ? callProblem(action, pinsOf) : null;
      return refusal ? fail(refusal) : answer(() => fakeIntent(addresses, action));
    },
    async buildTransaction(input) {
      if (!state.reachable) return down();
      const { addresses } = input;
      if (input.route === 'autonomous') {
        const { payment, spendingLimit } = input;
        return ok(
          build((lifetime) => ({
            ...lifetime,
            kind: 'pay',
            signers: [addresses.feeAccount, addresses.agent],
            multisig: addresses.multisig,
            vault: addresses.vault,
            payment: { ...payment, amount: payment.amount.toString() },
            spendingLimit,
          })),
        );
      }
      const refusal = callProblem(input.action, pinsOf);
      if (refusal) return fail(refusal);
      if (Buffer.compare(fakeIntent(addresses, input.action), input.intent) !== 0)
        return fail(domainError('decoded_differently', { problem: 'the intent is not what this action builds' }));
      const built = countersigned(addresses, input.action);
      return built ? ok(built) : undecodable();
    },
    decodeTransaction: async (bytes, context) => {
      const message = decodeFakeMessage(bytes);
      return message ? ok({ effects: describeFakeMessage(message, context.addresses), slot: null }) : undecodable();
    },
    async decodeCall(bytes, { addresses }) {
      if (!state.reachable) return down();
      const call = decodeFakeCall(bytes);
      const slot = node().tip;
      if (!call) {
        const effects: DecodedCall['effects'] = [
          { kind: 'unknown', instruction: null, program: null, reason: 'these bytes are no message' },
        ];
        return ok({ effects, slot: null, pins: [], payment: null });
      }
      const contents = tableContents(call);
      const pins = pinsOf(call);
      const payment = callPayment(call);
      const { vault } = addresses;
      const effect =
        call.transfer === null ? callEffect(call, vault, contents) : fakeOutflow({ payment: call.transfer, vault, spendingLimit: null });
      return ok({ effects: [effect], slot, pins, payment });
    },
    describeEffect: fakeSentence,
    async simulateTransaction(bytes) {
      if (!state.reachable) return down();
      const message = decodeFakeMessage(bytes);
      return message ? ok(simulateFake(message, node())) : undecodable();
    },
    async assembleTransaction(bytes, signatures) {
      const message = decodeFakeMessage(bytes);
      if (!message) return undecodable();
      const { signers } = message;
      const stranger = signatures.find(({ signer }) => !signers.includes(signer));
      if (stranger) return reject(`${stranger.signer} is not a signer of the message`);
      const lacking = signers.find((signer) => {
        const [given, ...more] = signatures.filter((each) => each.signer === signer);
        return !given || more.length > 0 || !sources.verify(signer, bytes, given.signature);
      });
      if (lacking) return reject(`there is not one valid signature of ${lacking}`);
      const first = signatures.find(({ signer }) => signer === signers[0]);
      const signature = encodeBase58(first?.signature ?? new Uint8Array());
      return ok({ wire: encodeFakeWire(signature, bytes), signature });
    },
    async submitTransaction(wire) {
      if (!state.reachable) return down();
      const submitted = decodeFakeWire(wire);
      if (!submitted) return reject('these bytes are no transaction');
      const { id, message } = submitted;
      const { tip, find } = blocks.view(BEST);
      if (state.weather !== 'drop' && find(id) === null && !isExpired(message, tip + 1n)) {
        mempool.set(id, message);
        if (state.landing === 'at_once') produce([id]);
      }
      return state.weather === 'lose_answer' ? fail(domainError('chain_unavailable', { problem: 'the answer was lost' })) : ok(undefined);
    },
    getTransactionStatus: (signatures) =>
      answer(() => {
        const view = node();
        const statuses = signatures.map((signature) => statusIn(view, signature, state.keptFrom));
        return { statuses, finalizedBlockHeight: view.finalized, searchedFromBlockHeight: state.keptFrom };
      }),
    getTransaction: (signature, { feeAccount }) =>
      answer(() => {
        const { confirmed, find } = node();
        const found = find(signature);
        if (found === null || found.height > confirmed || found.height < state.keptFrom) return null;
        const { message, height, error, moved } = found;
        return {
          slot: height,
          error,
          feeLamports: FAKE_FEE_LAMPORTS_PER_SIGNATURE * BigInt(message.signers.length),
          feeAccountOutflowLamports:
            message.signers[0] === feeAccount ? FAKE_FEE_LAMPORTS_PER_SIGNATURE * BigInt(message.signers.length) : 0n,
          feePayer: message.signers[0] ?? address('11111111111111111111111111111111'),
          vaultOutflows: moved,
        };
      }),
    getBalance: (vault, asset) =>
      answer(() => {
        const { confirmed, ledgerAt } = node();
        return ledgerAt(confirmed).balanceOf(vault, asset);
      }),
  };
}
