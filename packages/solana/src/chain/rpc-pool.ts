import { domainError, type IClock } from '@countersign/core';
import { ChainProblem } from './chain-problem.ts';
import { createJsonRpcNode, type JsonRpcNode, type RpcOutcome } from './json-rpc-node.ts';

/** Calls one node; throws when that node cannot answer, so that the next is tried, or when it refuses the request. */
export type Call = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** What one node came to. `behind`: it has not reached the slot that was asked for, and may in a moment. */
export type NodeAnswer<T> =
  | { readonly node: number; readonly ok: true; readonly value: T }
  | { readonly node: number; readonly ok: false; readonly problem: string; readonly behind: boolean };

export interface RpcPool {
  /** How many nodes are configured. */
  readonly size: number;
  /**
   * Runs a read on one node from start to end, so that all its calls see one chain; when the node fails, again on the next. Throws
   * `ChainProblem`: `chain_unavailable` when none can answer, `chain_rejected` when a node refuses the request as such, `nodes_disagree`
   * when nodes are of different networks.
   */
  read<T>(work: (call: Call) => Promise<T>): Promise<T>;
  /**
   * Runs the same read on every node at once; on those that rest only when fewer than two others are left. A node that refuses has not
   * answered. Throws `ChainProblem` `nodes_disagree`, and what `work` throws.
   */
  ask<T>(work: (call: Call) => Promise<T>): Promise<readonly NodeAnswer<T>[]>;
  /** Sends one call to every node at once. What was not sent within `atMostMs` never will be. */
  broadcast(method: string, params: readonly unknown[], atMostMs: number): Promise<readonly RpcOutcome[]>;
  close(): void;
}

/** How long a node that failed is asked last. */
const REST_MS = 5_000;
/**
 * JSON-RPC codes that speak of the node, not of the request: internal error −32603, block cleaned up −32001, block not available −32004,
 * node unhealthy −32005, slot skipped or not yet there −32007, −32009, −32014, minimum context slot not reached −32016.
 */
const NODE_TROUBLE: ReadonlySet<number> = new Set([-32603, -32001, -32004, -32005, -32007, -32009, -32014, -32016]);
const MIN_CONTEXT_SLOT_NOT_REACHED = -32016;

class NodeFailed extends Error {
  readonly behind: boolean;

  constructor(problem: string, behind = false) {
    super(problem);
    this.behind = behind;
  }
}

interface PooledNode {
  readonly node: JsonRpcNode;
  /** Always the same function for one node. */
  readonly call: Call;
  readonly position: number;
  restsUntilMs: number;
  /** Its genesis hash; `null` until it told. */
  network: string | null;
}

export function isNodeTrouble(outcome: RpcOutcome): boolean {
  return outcome.kind === 'unreachable' || (outcome.kind === 'error' && NODE_TROUBLE.has(outcome.code));
}

/** Throws what `read` understands as the failure of this node: an answer that cannot be read is one. */
export function unreadable(what: string): never {
  throw new NodeFailed(`${what} cannot be read`);
}

/** Whether `unreadable` or a call threw this. */
export function isNodeFailure(error: unknown): error is Error {
  return error instanceof NodeFailed;
}

/** A pool over at least one URL; the first that works is preferred. With several, each tells its genesis hash before it is believed. */
export function createRpcPool(rpcUrls: readonly string[], timeoutMs: number, clock: IClock): RpcPool {
  if (rpcUrls.length === 0) throw new TypeError('at least one RPC URL is needed');
  const nodes = rpcUrls.map((url, index): PooledNode => {
    const node = createJsonRpcNode(url, timeoutMs);
    return { node, call: callOf(node), position: index + 1, restsUntilMs: 0, network: null };
  });
  const isReady = (each: PooledNode): boolean => each.restsUntilMs <= clock.nowMs();

  const introduce = async (each: PooledNode): Promise<void> => {
    if (each.network !== null || nodes.length === 1) return;
    const outcome = await each.node.call('getGenesisHash', []);
    each.network = outcome.kind === 'result' && typeof outcome.value === 'string' ? outcome.value : unreadable('getGenesisHash');
  };
  /** A failed attempt rests the node; the failure is for whoever asks it. */
  const attempt = async <T>(each: PooledNode, work: (call: Call) => Promise<T>): Promise<NodeAnswer<T>> => {
    try {
      await introduce(each);
      const value = await work(each.call);
      each.restsUntilMs = 0;
      return { node: each.position, ok: true, value };
    } catch (error) {
      if (!(error instanceof NodeFailed)) throw error;
      if (!error.behind) each.restsUntilMs = clock.nowMs() + REST_MS;
      return { node: each.position, ok: false, problem: error.message, behind: error.behind };
    }
  };
  /** INVARIANT I5: nodes of two networks are no witnesses of either. */
  const expectOneNetwork = (): void => {
    const [first, ...others] = nodes.filter(({ network }) => network !== null);
    const other = others.find(({ network }) => network !== first?.network);
    if (!first || !other) return;
    const problem = `node ${first.position} is of network ${first.network} and node ${other.position} of ${other.network}`;
    for (const each of nodes) each.network = null;
    throw new ChainProblem(domainError('nodes_disagree', { problem }));
  };
  const meet = async (): Promise<void> => {
    const strangers = nodes.filter((each) => each.network === null && isReady(each));
    if (nodes.length === 1 || strangers.length === 0) return;
    await Promise.all(strangers.map((each) => attempt(each, async () => {})));
    expectOneNetwork();
  };

  return {
    size: nodes.length,
    read: async (work) => {
      await meet();
      const problems: string[] = [];
      for (const each of [...nodes.filter(isReady), ...nodes.filter((each) => !isReady(each))]) {
        const answer = await attempt(each, work);
        expectOneNetwork();
        if (answer.ok) return answer.value;
        problems.push(`node ${each.position}: ${answer.problem}`);
      }
      throw new ChainProblem(domainError('chain_unavailable', { problem: problems.join('; ') }));
    },
    ask: async (work) => {
      await meet();
      const ready = nodes.filter(isReady);
      const answers = await Promise.all((ready.length < 2 ? nodes : ready).map((each) => attempt(each, asWitness(work))));
      expectOneNetwork();
      return answers;
    },
    broadcast: (method, params, atMostMs) => Promise.all(nodes.map(({ node }) => node.call(method, params, atMostMs))),
    close: () => {
      for (const { node } of nodes) node.close();
    },
  };
}

/** Where several are asked, one that refuses is no reason not to hear the others. */
function asWitness<T>(work: (call: Call) => Promise<T>): (call: Call) => Promise<T> {
  return (call) =>
    work(call).catch((error: unknown) => {
      if (error instanceof ChainProblem && error.error.code === 'chain_rejected') throw new NodeFailed(error.error.problem);
      throw error;
    });
}

function callOf(node: JsonRpcNode): Call {
  return async (method, params) => {
    const outcome = await node.call(method, params);
    if (outcome.kind === 'result') return outcome.value;
    const problem = outcome.kind === 'error' ? `${outcome.message} (${outcome.code})` : outcome.problem;
    if (isNodeTrouble(outcome)) {
      const behind = outcome.kind === 'error' && outcome.code === MIN_CONTEXT_SLOT_NOT_REACHED;
      throw new NodeFailed(`${method}: ${problem}`, behind);
    }
    throw new ChainProblem(domainError('chain_rejected', { problem: `${method}: ${problem}`, mayHaveLanded: false }));
  };
}
