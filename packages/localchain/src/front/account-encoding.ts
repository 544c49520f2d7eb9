/** Accounts as Solana's JSON-RPC writes them. */
import { zstdCompressSync } from 'node:zlib';
import { encodeBase58 } from '../bytes/base58.ts';
import type { SvmAccount } from '../svm/svm.ts';
import { decodeNonce } from '../wire/durable-nonce.ts';
import { TOKEN_PROGRAM } from '../wire/programs.ts';
import { type Config, optionalNumber } from './params.ts';
import { invalidParams, RpcError } from './rpc-error.ts';
import { decodeMint, decodeTokenAccount, uiAmount } from './token-accounts.ts';

export type AccountEncoding = 'binary' | 'base58' | 'base64' | 'base64+zstd' | 'jsonParsed';
const ENCODINGS: readonly AccountEncoding[] = ['base58', 'base64', 'base64+zstd', 'jsonParsed', 'binary'];

export interface DataSlice {
  readonly offset: number;
  readonly length: number;
}

/** Without one a node answers the deprecated bare base58 text, here `binary`. */
export function accountEncodingOf(config: Config): AccountEncoding {
  const value = config['encoding'];
  if (value === undefined || value === null) return 'binary';
  const found = ENCODINGS.find((encoding) => encoding === value);
  if (found === undefined) throw invalidParams(`Invalid params: encoding must be one of ${ENCODINGS.slice(0, 4).join(', ')}`);
  return found;
}

export function dataSliceOf(config: Config): DataSlice | null {
  const value = config['dataSlice'];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') throw invalidParams('Invalid params: dataSlice must be an object with offset and length');
  const slice = value as Config;
  return { offset: optionalNumber(slice, 'offset', 0, 10_485_760), length: optionalNumber(slice, 'length', 0, 10_485_760) };
}

/** `decimals` is that of the mint when the account is a token account, else `null`. */
export function encodeAccount(account: SvmAccount, encoding: AccountEncoding, slice: DataSlice | null, decimals: number | null): unknown {
  const parsed = encoding === 'jsonParsed' ? parsedData(account, decimals) : null;
  const bytes = slice === null ? account.data : account.data.subarray(slice.offset, slice.offset + slice.length);
  return {
    lamports: account.lamports,
    owner: account.owner,
    executable: account.executable,
    rentEpoch: 18_446_744_073_709_551_615n,
    space: account.data.length,
    data: parsed ?? encodeData(bytes, encoding),
  };
}

function encodeData(bytes: Uint8Array, encoding: AccountEncoding): unknown {
  if (encoding === 'binary' || encoding === 'base58') {
    if (bytes.length > 128) {
      throw new RpcError(-32600, 'Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.');
    }
    const text = encodeBase58(bytes);
    return encoding === 'binary' ? text : [text, 'base58'];
  }
  if (encoding === 'base64+zstd') return [zstdCompressSync(bytes).toString('base64'), encoding];
  return [Buffer.from(bytes).toString('base64'), 'base64'];
}

function parsedData(account: SvmAccount, decimals: number | null): unknown {
  const space = account.data.length;
  const program = account.owner === TOKEN_PROGRAM ? 'spl-token' : 'spl-token-2022';
  const extensions = extensionsOf(account.data);
  const mint = decodeMint(account);
  if (mint !== null) {
    return { program, space, parsed: { type: 'mint', info: { ...mint, supply: mint.supply.toString(), ...extensions } } };
  }
  const token = decodeTokenAccount(account);
  if (token !== null && decimals !== null) {
    const info = {
      mint: token.mint,
      owner: token.owner,
      tokenAmount: uiAmount(token.amount, decimals),
      state: token.state,
      isNative: token.rentReserve !== null,
      ...(token.rentReserve === null ? {} : { rentExemptReserve: uiAmount(token.rentReserve, decimals) }),
      ...(token.delegate === null ? {} : { delegate: token.delegate, delegatedAmount: uiAmount(token.delegatedAmount, decimals) }),
      ...(token.closeAuthority === null ? {} : { closeAuthority: token.closeAuthority }),
      ...extensions,
    };
    return { program, space, parsed: { type: 'account', info } };
  }
  const nonce = decodeNonce(account);
  if (nonce === null) return null;
  const feeCalculator = { lamportsPerSignature: nonce.lamportsPerSignature.toString() };
  return {
    program: 'nonce',
    space,
    parsed: { type: 'initialized', info: { authority: nonce.authority, blockhash: nonce.nonce, feeCalculator } },
  };
}

/** The Token-2022 extensions after the base layout: type u16, length u16, value. Only `immutableOwner` (7) is named. */
function extensionsOf(data: Uint8Array): { readonly extensions?: readonly unknown[] } {
  if (data.length <= 166) return {};
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const extensions: unknown[] = [];
  for (let offset = 166; offset + 4 <= data.length; ) {
    const type = view.getUint16(offset, true);
    if (type === 0) break;
    extensions.push({ extension: type === 7 ? 'immutableOwner' : 'unparseableExtension' });
    offset += 4 + view.getUint16(offset + 2, true);
  }
  return { extensions };
}
