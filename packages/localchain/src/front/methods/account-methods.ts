/** Reads of accounts, each at the end of the slot that its commitment shows. */
import { decodeBase58 } from '../../bytes/base58.ts';
import type { SvmAccount } from '../../svm/svm.ts';
import { accountEncodingOf, dataSliceOf, encodeAccount } from '../account-encoding.ts';
import { asAddress, asUnsigned, type Config, configAt, optionalBoolean, requireAddress, requireArray } from '../params.ts';
import { bankSlot, type RpcContext, type RpcMethod, withContext } from '../rpc-context.ts';
import { invalidParams } from '../rpc-error.ts';
import { decodeMint, decodeTokenAccount } from '../token-accounts.ts';

/** Turns accounts into JSON by a call's encoding and slice. */
export type AccountWriter = (account: SvmAccount) => Promise<unknown>;

export function accountWriter(context: RpcContext, config: Config, slot: number): AccountWriter {
  const encoding = accountEncodingOf(config);
  const slice = dataSliceOf(config);
  return async (account) => {
    const token = encoding === 'jsonParsed' ? decodeTokenAccount(account) : null;
    const mint = token === null ? null : decodeMint(await context.chain.account(token.mint, slot));
    return encodeAccount(account, encoding, slice, mint?.decimals ?? null);
  };
}

/** The account as this node tells it, lies included. */
export async function readShown(context: RpcContext, address: string, slot: number): Promise<SvmAccount | null> {
  return context.weather.shown(address, await context.chain.account(address, slot));
}

const getBalance: RpcMethod = async (context, params) => {
  const address = requireAddress(params, 0, 'pubkey');
  const slot = bankSlot(context, configAt(params, 1));
  return withContext(slot, (await readShown(context, address, slot))?.lamports ?? 0n);
};

const getAccountInfo: RpcMethod = async (context, params) => {
  const address = requireAddress(params, 0, 'pubkey');
  const config = configAt(params, 1);
  const slot = bankSlot(context, config);
  const write = accountWriter(context, config, slot);
  const account = await readShown(context, address, slot);
  return withContext(slot, account === null ? null : await write(account));
};

const getMultipleAccounts: RpcMethod = async (context, params) => {
  const addresses = requireArray(params, 0, 'pubkeys', 100).map((value, index) => asAddress(value, `pubkey ${index}`));
  const config = configAt(params, 1);
  const slot = bankSlot(context, config);
  const write = accountWriter(context, config, slot);
  const values: unknown[] = [];
  for (const address of addresses) {
    const account = await readShown(context, address, slot);
    values.push(account === null ? null : await write(account));
  }
  return withContext(slot, values);
};

const getProgramAccounts: RpcMethod = async (context, params) => {
  const program = requireAddress(params, 0, 'program id');
  const config = configAt(params, 1);
  const slot = bankSlot(context, config);
  const filters = filtersOf(config);
  const write = accountWriter(context, config, slot);
  const found: unknown[] = [];
  const accounts = await context.chain.programAccounts(program, slot);
  accounts.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [pubkey, account] of accounts) {
    if (filters.every((fits) => fits(account.data))) found.push({ pubkey, account: await write(account) });
  }
  return optionalBoolean(config, 'withContext') ? withContext(slot, found) : found;
};

type Filter = (data: Uint8Array) => boolean;

function filtersOf(config: Config): readonly Filter[] {
  const value = config['filters'];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidParams('Invalid params: filters must be an array');
  if (value.length > 4) throw invalidParams('Too many filters provided; max 4');
  return value.map((filter, index) => filterOf(filter, index));
}

function filterOf(value: unknown, index: number): Filter {
  const filter = (typeof value === 'object' && value !== null ? value : {}) as Config;
  if (filter['dataSize'] !== undefined) {
    const size = asUnsigned(filter['dataSize'], `filters[${index}].dataSize`);
    return (data) => BigInt(data.length) === size;
  }
  const memcmp = filter['memcmp'];
  if (typeof memcmp !== 'object' || memcmp === null) throw invalidParams(`Invalid params: filters[${index}] must have dataSize or memcmp`);
  const { offset, bytes, encoding } = memcmp as Config;
  const start = Number(asUnsigned(offset, `filters[${index}].memcmp.offset`));
  const wanted = memcmpBytes(bytes, encoding, index);
  return (data) => start + wanted.length <= data.length && Buffer.compare(data.subarray(start, start + wanted.length), wanted) === 0;
}

function memcmpBytes(bytes: unknown, encoding: unknown, index: number): Uint8Array {
  const what = `filters[${index}].memcmp`;
  if (typeof bytes !== 'string') throw invalidParams(`Invalid params: ${what}.bytes must be a string`);
  if (encoding !== undefined && encoding !== null && encoding !== 'base58' && encoding !== 'base64') {
    throw invalidParams(`Invalid params: ${what}.encoding must be base58 or base64`);
  }
  if (encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/.test(bytes)) throw invalidParams(`Invalid params: ${what}.bytes is not base64`);
  const decoded = encoding === 'base64' ? Buffer.from(bytes, 'base64') : bytes.length > 175 ? null : decodeBase58(bytes);
  if (decoded === null) throw invalidParams(`Invalid params: ${what}.bytes is not base58 of at most 128 bytes`);
  if (decoded.length > 128) throw invalidParams(`Invalid params: ${what}.bytes is longer than 128 bytes`);
  return decoded;
}

export const accountMethods: Readonly<Record<string, RpcMethod>> = { getBalance, getAccountInfo, getMultipleAccounts, getProgramAccounts };
