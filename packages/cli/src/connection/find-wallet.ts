import type { CountersignClient, WalletView } from '@countersign/sdk';
import { type Invocation, text } from '../invocation.ts';
import { EXIT_CODES, type Failure, failed, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { answered, collect } from './answered.ts';

/** The id of the wallet that `--wallet` names by id or name; else the only one there is. Wallets whose creation failed do not count. */
export async function findWalletId(
  client: Pick<CountersignClient, 'eachWallet'>,
  invocation: Invocation,
): Promise<Result<string, Failure>> {
  const named = text(invocation, 'wallet');
  if (named?.startsWith('wal_')) return good(named);
  const all = await collect(client.eachWallet());
  if (!all.ok) return all;
  const wallets = all.value.filter(({ state }) => state !== 'failed');
  const found = named === undefined ? wallets : wallets.filter(({ name }) => name === named);
  const [only] = found;
  if (only && found.length === 1) return good(only.id);
  if (found.length > 1)
    return misuse(
      `there are ${found.length} wallets ${named === undefined ? '' : `named "${named}" `}to choose from`,
      `name one with --wallet: ${choices(found)}`,
    );
  if (named !== undefined) return notFound(`there is no wallet named "${named}"`, '"countersign wallet list" shows all');
  return notFound('there is no wallet yet', 'make one with "countersign wallet create"');
}

/** The wallet itself, with its balances. */
export async function findWallet(client: CountersignClient, invocation: Invocation): Promise<Result<WalletView, Failure>> {
  const id = await findWalletId(client, invocation);
  return id.ok ? answered(client.getWallet(id.value)) : id;
}

/** The wallet of an agent or owner credential is its own; an operator names one. */
export async function findOwnWalletId(
  client: Pick<CountersignClient, 'eachWallet' | 'whoami'>,
  invocation: Invocation,
): Promise<Result<string, Failure>> {
  if (text(invocation, 'wallet') !== undefined) return findWalletId(client, invocation);
  const self = await answered(client.whoami());
  if (!self.ok) return self;
  return self.value.wallet === null ? findWalletId(client, invocation) : good(self.value.wallet);
}

function choices(wallets: readonly WalletView[]): string {
  return wallets.map(({ id, name }) => `${id} (${name})`).join(', ');
}

function notFound(message: string, remedy: string): { readonly ok: false; readonly error: Failure } {
  return failed({ exitCode: EXIT_CODES.notFound, code: 'not_found', message, remedy });
}
