import { domainError, type IClock } from '@countersign/core';
import { ChainProblem } from './chain-problem.ts';
import { createJsonRpcNode, type JsonRpcNode, type RpcOutcome } from './json-rpc-node.ts';

/** Calls one node; throws when that node cannot answer, so that the next is tried, or when it refuses the request. */
export type Call = (method: string, params: readonly unknown[]) => Promise<unknown>;

export interface RpcPool {
  /**
   * Runs a read on one node from start to end, so that all its calls see one chain; when the node fails, again on the next. Throws
   * `ChainProblem`: `chain_unavailable` when none can answer, `chain_rejected` when a node refuses the request as such.
   */
  read<T>(work: (call: Call) => Promise<T>): Promise<T>;
  /** Sends one call to every node at once. */
  broadcast(method: string, params: readonly unknown[]): Promise<readonly RpcOutcome[]>;
  close(): void;
}

/** How long a node that failed is asked last. */
const REST_MS = 5_000;
/**
 * JSON-RPC codes that speak of the node, not of the request: internal error −32603, block not available −32004, node unhealthy −32005,
 * slot skipped or not yet there −32007, −32009, −32014, minimum context slot not reached −32016.
 */
const NODE_TROUBLE: ReadonlySet<number> = new Set([-32603, -32004, -32005, -32007, -32009, -32014, -32016]);

class NodeFailed extends Error {}

export function isNodeTrouble(outcome: RpcOutcome): boolean {
  return outcome.kind === 'unreachable' || (outcome.kind === 'error' && NODE_TROUBLE.has(outcome.code));
}

/** Throws what `read` understands as the failure of this node: an answer that cannot be read is one. */
export function unreadable(what: string): never {
  throw new NodeFailed(`${what} cannot be read`);
}

/** A pool over at least one URL; the first that works is preferred. */
export function createRpcPool(rpcUrls: readonly string[], timeoutMs: number, clock: IClock): RpcPool {
  if (rpcUrls.length === 0) throw new TypeError('at least one RPC URL is needed');
  const nodes = rpcUrls.map((url) => ({ node: createJsonRpcNode(url, timeoutMs), restsUntilMs: 0 }));

  return {
    read: async (work) => {
      const nowMs = clock.nowMs();
      const ready = nodes.filter(({ restsUntilMs }) => restsUntilMs <= nowMs);
      const resting = nodes.filter(({ restsUntilMs }) => restsUntilMs > nowMs);
      const problems: string[] = [];
      for (const each of [...ready, ...resting]) {
        try {
          const value = await work(callOf(each.node));
          each.restsUntilMs = 0;
          return value;
        } catch (error) {
          if (!(error instanceof NodeFailed)) throw error;
          each.restsUntilMs = clock.nowMs() + REST_MS;
          problems.push(`node ${nodes.indexOf(each) + 1}: ${error.message}`);
        }
      }
      throw new ChainProblem(domainError('chain_unavailable', { problem: problems.join('; ') }));
    },
    broadcast: (method, params) => Promise.all(nodes.map(({ node }) => node.call(method, params))),
    close: () => {
      for (const { node } of nodes) node.close();
    },
  };
}

function callOf(node: JsonRpcNode): Call {
  return async (method, params) => {
    const outcome = await node.call(method, params);
    if (outcome.kind === 'result') return outcome.value;
    const problem = outcome.kind === 'error' ? `${outcome.message} (${outcome.code})` : outcome.problem;
    if (isNodeTrouble(outcome)) throw new NodeFailed(`${method}: ${problem}`);
    throw new ChainProblem(domainError('chain_rejected', { problem: `${method}: ${problem}`, mayHaveLanded: false }));
  };
}
