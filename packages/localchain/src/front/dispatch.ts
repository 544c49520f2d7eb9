/** One JSON-RPC 2.0 body, single or batch, to its answer. */
import { parseJson, stringifyJson } from './json.ts';
import { accountMethods } from './methods/account-methods.ts';
import { bendingMethods } from './methods/bending-methods.ts';
import { clusterMethods } from './methods/cluster-methods.ts';
import { historyMethods } from './methods/history-methods.ts';
import { submissionMethods } from './methods/submission-methods.ts';
import { tokenMethods } from './methods/token-methods.ts';
import type { RpcContext, RpcMethod } from './rpc-context.ts';
import { RpcError } from './rpc-error.ts';

const MOST_BATCHED = 100;

const methods: ReadonlyMap<string, RpcMethod> = new Map(
  Object.entries({ ...clusterMethods, ...accountMethods, ...tokenMethods, ...submissionMethods, ...historyMethods }),
);
const bending: ReadonlyMap<string, RpcMethod> = new Map(Object.entries(bendingMethods));

/** The answer's text; `null` when there is nothing to answer (notifications) or, in silence, nothing will be. */
export async function dispatch(context: RpcContext, body: string): Promise<string | null> {
  let call: unknown;
  try {
    call = parseJson(body);
  } catch {
    return stringifyJson(errorAnswer(null, new RpcError(-32700, 'Parse error')));
  }
  if (!Array.isArray(call)) {
    const answer = await answerOne(context, call);
    return answer === null ? null : stringifyJson(answer);
  }
  if (call.length === 0 || call.length > MOST_BATCHED) {
    return stringifyJson(errorAnswer(null, new RpcError(-32600, `Invalid request: a batch has 1 to ${MOST_BATCHED} calls`)));
  }
  const answers: unknown[] = [];
  for (const one of call) {
    const answer = await answerOne(context, one);
    if (answer !== null) answers.push(answer);
  }
  return answers.length === 0 ? null : stringifyJson(answers);
}

async function answerOne(context: RpcContext, call: unknown): Promise<unknown> {
  if (typeof call !== 'object' || call === null || Array.isArray(call)) return errorAnswer(null, new RpcError(-32600, 'Invalid request'));
  const { jsonrpc, id, method, params = [] } = call as Readonly<Record<string, unknown>>;
  const answerId = typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' ? id : null;
  if (jsonrpc !== '2.0' || typeof method !== 'string') return errorAnswer(answerId, new RpcError(-32600, 'Invalid request'));
  try {
    if (!Array.isArray(params)) throw new RpcError(-32602, 'Invalid params: params must be an array');
    const bends = context.bendable ? bending.get(method) : undefined;
    if (bends === undefined && context.weather.isSilent()) return null;
    const handler = bends ?? methods.get(method);
    if (handler === undefined) throw new RpcError(-32601, 'Method not found');
    const result = await context.exclusive(() => handler(context, params));
    return id === undefined ? null : { jsonrpc: '2.0', result, id: answerId };
  } catch (error) {
    if (!(error instanceof RpcError)) {
      process.stderr.write(`localchain: ${method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return errorAnswer(answerId, new RpcError(-32603, 'Internal error'));
    }
    return errorAnswer(answerId, error);
  }
}

function errorAnswer(id: unknown, error: RpcError): unknown {
  return {
    jsonrpc: '2.0',
    error: { code: error.code, message: error.message, ...(error.data === undefined ? {} : { data: error.data }) },
    id,
  };
}
