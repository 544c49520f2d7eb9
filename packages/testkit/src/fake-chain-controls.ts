import { type Address, type AssetId, encodeBase58, type IRandom, type WalletOnChain } from '@countersign/core';
import type { FakeBlocks, Landing, NodeView } from './fake-blocks.ts';
import { assetOrNative, type FakeTokenAuthorities } from './fake-ledger.ts';
import type { FakeMessage } from './fake-message.ts';

/** Blocks for which a message can land, as on Solana. */
export const BLOCKHASH_BLOCKS = 150n;
/** The node that is behind by nothing. */
export const BEST = 0n;

/** What the nodes are made to do. */
export interface FakeChainState {
  reachable: boolean;
  weather: 'fair' | 'drop' | 'lose_answer';
  landing: 'at_once' | 'held';
  nodes: readonly bigint[];
  skewMs: number;
  keptFrom: bigint;
  nodesDisagree: boolean;
  lie: ((wallet: WalletOnChain) => WalletOnChain) | null;
  room: number;
}

export function freshState(): FakeChainState {
  return {
    ...{ reachable: true, weather: 'fair', landing: 'at_once', nodes: [BEST], skewMs: 0, keptFrom: 0n },
    ...{ nodesDisagree: false, lie: null, room: Number.POSITIVE_INFINITY },
  };
}

/** How a test governs the fake chain. */
export interface FakeChainControls {
  /** Money from nowhere. */
  fund(account: Address, amount: bigint, asset?: AssetId): void;
  /** What an account holds after the newest block. */
  balance(account: Address, asset?: AssetId): bigint;
  /** A token that there is from now on, beside the native asset. */
  addAsset(asset: AssetId, decimals: number): void;
  /** What a lookup table holds from now on. */
  setTable(table: Address, contents: readonly Address[]): void;
  /** Lets heights pass without transactions. */
  mine(blocks: bigint): void;
  /** `false`: every call answers `chain_unavailable`. */
  setReachable(reachable: boolean): void;
  /** `drop`: what is submitted is taken and never lands. `lose_answer`: it arrives and the answer is lost. */
  setWeather(weather: 'fair' | 'drop' | 'lose_answer'): void;
  /** How far the chain's clock is from that of the sources. */
  setClockSkewMs(skewMs: number): void;
  /** `at_once`: submitting makes a block. `held`: what is submitted waits for `produceBlock`. At first `at_once`. */
  setLanding(landing: 'at_once' | 'held'): void;
  /** What was submitted and is in no block, by signature, in the order of arrival. */
  pending(): readonly string[];
  /** One block with these pending transactions in this order. What expired, or landed before, is left out and forgotten. */
  produceBlock(ids: readonly string[]): void;
  /** A fork: the newest blocks, at most so many heights and none that is finalized, never were. `lost` transactions are gone, the others pend again. */
  fork(depth: bigint, lost: (id: string) => boolean): void;
  /** How far behind the tip blocks are confirmed and finalized; at first 0, so that everything is final at once. */
  setFinality(depths: { readonly confirmed: bigint; readonly finalized: bigint }): void;
  /** How many blocks each node is behind; a node is drawn for each call. At first one that is up to date. */
  setNodes(blocksBehind: readonly bigint[]): void;
  /** Nodes tell nothing any more of what landed below this height. */
  setHistory(fromHeight: bigint): void;
  /** Changes a wallet by no transaction, in a block of its own: drift. A node that is behind does not know of it yet. */
  alterWallet(multisig: Address, change: (wallet: WalletOnChain) => WalletOnChain): void;
  /** Leaves an open proposal of a wallet, in a block of its own; its index. */
  leaveProposal(multisig: Address, status: WalletOnChain['proposals'][number]['status']): bigint;
  /** Gives somebody a say over a token account of a vault, in a block of its own. */
  setTokenAuthorities(vault: Address, asset: AssetId, authorities: FakeTokenAuthorities): void;
  /** Money leaves a vault by somebody else's transaction, in a block of its own; its signature. */
  takeMoney(vault: Address, amount: bigint, to: Address, asset?: AssetId): string;
  /** The nodes tell different states: what decisions rest on is `nodes_disagree`. */
  setNodesDisagree(disagree: boolean): void;
  /** The only node that there is lies about wallets; `null`: it tells the truth again. */
  setLie(lie: ((wallet: WalletOnChain) => WalletOnChain) | null): void;
  /** How many parts of a change of settings one message holds; at first all. */
  setMessageRoom(parts: number): void;
  /** The transaction as the chain has it now, from the best node. */
  landing(id: string): Landing | null;
  /** A wallet as the chain has it for good, from the best node. */
  finalizedWallet(multisig: Address): WalletOnChain | null;
  /** The heights of the best node. */
  heights(): Pick<NodeView, 'tip' | 'confirmed' | 'finalized'>;
}

/** Takes hold of a fake chain's parts. */
export function createFakeControls(parts: {
  readonly state: FakeChainState;
  readonly blocks: FakeBlocks;
  readonly assets: Map<AssetId, number>;
  readonly tables: Map<Address, readonly Address[]>;
  readonly mempool: Map<string, FakeMessage>;
  readonly random: IRandom;
  produce(ids: readonly string[]): void;
}): FakeChainControls {
  const { state, blocks, assets, tables, mempool, random, produce } = parts;
  const controls: FakeChainControls = {
    fund: (account, amount, asset) => {
      for (const ledger of blocks.ledgers()) ledger.fund(account, amount, assetOrNative(asset));
    },
    balance: (account, asset) => {
      const { tip, ledgerAt } = blocks.view(BEST);
      return ledgerAt(tip).balanceOf(account, assetOrNative(asset));
    },
    addAsset: (asset, decimals) => {
      assets.set(asset, decimals);
    },
    setTable: (table, contents) => {
      tables.set(table, contents);
    },
    mine: (heights) => blocks.pass(heights),
    setReachable: (value) => {
      state.reachable = value;
    },
    setWeather: (value) => {
      state.weather = value;
    },
    setClockSkewMs: (value) => {
      state.skewMs = value;
    },
    setLanding: (value) => {
      state.landing = value;
    },
    pending: () => [...mempool.keys()],
    produceBlock: produce,
    fork: (depth, lost) => {
      for (const { id, message } of blocks.fork(depth)) if (!lost(id)) mempool.set(id, message);
    },
    setFinality: (depths) => blocks.setDepths(depths),
    setNodes: (blocksBehind) => {
      state.nodes = blocksBehind;
    },
    setHistory: (fromHeight) => {
      state.keptFrom = fromHeight;
    },
    alterWallet: (multisig, change) =>
      blocks.alter((ledger) => {
        const wallet = ledger.walletOf(multisig);
        if (wallet === null) throw new Error(`${multisig} is not there`);
        ledger.putWallet(change(wallet));
      }),
    leaveProposal: (multisig, status) => {
      let index = 0n;
      controls.alterWallet(multisig, (wallet) => {
        index = wallet.transactionIndex + 1n;
        return { ...wallet, transactionIndex: index, proposals: [...wallet.proposals, { index, status, stale: false }] };
      });
      return index;
    },
    setTokenAuthorities: (vault, asset, authorities) => blocks.alter((ledger) => ledger.putAuthorities(vault, asset, authorities)),
    takeMoney: (vault, amount, to, asset) => {
      const id = encodeBase58(random.bytes(64));
      const lifetime = { nonce: 0, lastValidBlockHeight: (blocks.view(BEST).tip + BLOCKHASH_BLOCKS).toString(), durable: null };
      const what = { kind: 'foreign', vault, asset: assetOrNative(asset), amount: amount.toString(), to } as const;
      const [landed] = blocks.produce([{ id, message: { ...lifetime, signers: [to], ...what }, slack: 0 }]);
      if (landed?.error !== null) throw new Error(`the money was not taken: ${landed?.error}`);
      return id;
    },
    setNodesDisagree: (value) => {
      state.nodesDisagree = value;
    },
    setLie: (value) => {
      state.lie = value;
    },
    setMessageRoom: (parts) => {
      state.room = parts;
    },
    landing: (id) => blocks.view(BEST).find(id),
    finalizedWallet: (multisig) => {
      const { finalized, ledgerAt } = blocks.view(BEST);
      return ledgerAt(finalized).walletOf(multisig);
    },
    heights: () => blocks.view(BEST),
  };
  return controls;
}
