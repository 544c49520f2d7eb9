/**
 * Reads the Squads program from a mainnet RPC node. An upgradeable program is two accounts: the program account of 36 bytes
 * (state u32 = 2, address of its program-data account) and the program-data account, whose ELF follows 45 bytes of header
 * (state u32 = 3, slot u64, option byte and upgrade authority).
 */
import { encodeBase58 } from '../bytes/base58.ts';
import { SQUADS_PROGRAM } from '../wire/programs.ts';

export const DEFAULT_MAINNET_RPC_URL = 'https://api.mainnet-beta.solana.com';
const PROGRAM_DATA_HEADER_BYTES = 45;
/** A machine without a way out finds out within this time. */
const REACH_TIMEOUT_MS = 3_000;
const DOWNLOAD_TIMEOUT_MS = 60_000;

export type Dump = { readonly ok: true; readonly elf: Uint8Array } | { readonly ok: false; readonly reason: string };
/** One attempt to get the ELF; the caller checks its sha256. */
export type DumpProgram = () => Promise<Dump>;

/** A dump from the node at `url`; `fetch` is given so that a test never dials out. */
export function dumpFrom(url: string, fetchImpl: typeof fetch = fetch): DumpProgram {
  return async () => {
    try {
      const program = await accountData(fetchImpl, url, SQUADS_PROGRAM, REACH_TIMEOUT_MS);
      if (program === null || program.length !== 36) return { ok: false, reason: 'the node answered no program account for Squads v4' };
      const data = await accountData(fetchImpl, url, encodeBase58(program.subarray(4, 36)), DOWNLOAD_TIMEOUT_MS);
      if (data === null || data.length <= PROGRAM_DATA_HEADER_BYTES) return { ok: false, reason: 'the node answered no program data' };
      return { ok: true, elf: data.subarray(PROGRAM_DATA_HEADER_BYTES) };
    } catch (error) {
      return { ok: false, reason: `no mainnet node was reached: ${reasonOf(error)}` };
    }
  };
}

async function accountData(fetchImpl: typeof fetch, url: string, address: string, timeoutMs: number): Promise<Uint8Array | null> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'getAccountInfo',
    params: [address, { encoding: 'base64', commitment: 'finalized' }],
  });
  const response = await fetchImpl(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`the node answered status ${response.status}`);
  const answer = (await response.json()) as { result?: { value?: { data?: unknown } | null } };
  const data = answer.result?.value?.data;
  return Array.isArray(data) && typeof data[0] === 'string' ? Buffer.from(data[0], 'base64') : null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause === '' ? error.message : `${error.message} (${cause})`;
}
