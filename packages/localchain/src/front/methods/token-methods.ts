/** Token balances, accounts by owner, and supplies of SPL Token and Token-2022. */
import { asAddress, configAt, requireAddress } from '../params.ts';
import { bankSlot, type RpcMethod, withContext } from '../rpc-context.ts';
import { invalidParams } from '../rpc-error.ts';
import { decodeMint, decodeTokenAccount, isTokenProgram, uiAmount } from '../token-accounts.ts';
import { accountWriter, readShown } from './account-methods.ts';

const getTokenAccountBalance: RpcMethod = async (context, params) => {
  const address = requireAddress(params, 0, 'pubkey');
  const slot = bankSlot(context, configAt(params, 1));
  const account = await readShown(context, address, slot);
  if (account === null) throw invalidParams('Invalid param: could not find account');
  const token = decodeTokenAccount(account);
  if (token === null) throw invalidParams('Invalid param: not a Token account');
  const mint = decodeMint(await context.chain.account(token.mint, slot));
  if (mint === null) throw invalidParams('Invalid param: could not find mint');
  return withContext(slot, uiAmount(token.amount, mint.decimals));
};

const getTokenSupply: RpcMethod = async (context, params) => {
  const address = requireAddress(params, 0, 'mint');
  const slot = bankSlot(context, configAt(params, 1));
  const account = await readShown(context, address, slot);
  if (account === null) throw invalidParams('Invalid param: could not find account');
  const mint = decodeMint(account);
  if (mint === null) throw invalidParams('Invalid param: not a Token mint');
  return withContext(slot, uiAmount(mint.supply, mint.decimals));
};

const getTokenAccountsByOwner: RpcMethod = async (context, params) => {
  const owner = requireAddress(params, 0, 'owner');
  const filter = configAt(params, 1);
  const config = configAt(params, 2);
  const slot = bankSlot(context, config);
  let mint: string | null = null;
  let program: string;
  if (filter['mint'] !== undefined) {
    mint = asAddress(filter['mint'], 'mint');
    const account = await context.chain.account(mint, slot);
    if (account === null || decodeMint(account) === null) throw invalidParams('Invalid param: could not find mint');
    program = account.owner;
  } else {
    program = asAddress(filter['programId'], 'programId');
    if (!isTokenProgram(program)) throw invalidParams('Invalid param: unrecognized Token program id');
  }
  const write = accountWriter(context, config, slot);
  const value: unknown[] = [];
  const accounts = await context.chain.programAccounts(program, slot);
  accounts.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [pubkey, account] of accounts) {
    const token = decodeTokenAccount(account);
    if (token?.owner === owner && (mint === null || token.mint === mint)) value.push({ pubkey, account: await write(account) });
  }
  return withContext(slot, value);
};

export const tokenMethods: Readonly<Record<string, RpcMethod>> = { getTokenAccountBalance, getTokenSupply, getTokenAccountsByOwner };
