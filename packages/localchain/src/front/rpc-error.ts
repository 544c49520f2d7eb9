/** An error as JSON-RPC answers it. The codes are Agave's (rpc-client-api `custom_error.rs`). */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export const PREFLIGHT_FAILURE = -32002;
export const SIGNATURE_FAILURE = -32003;
export const NODE_UNHEALTHY = -32005;
export const UNSUPPORTED_VERSION = -32015;
export const MIN_CONTEXT_SLOT = -32016;

export function invalidParams(message: string): RpcError {
  return new RpcError(-32602, message);
}
