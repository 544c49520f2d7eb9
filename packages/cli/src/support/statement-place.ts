import { isAddress } from '@countersign/core';
import { answered } from '../connection/answered.ts';
import { connect, connectWithout } from '../connection/connect.ts';
import { findWallet } from '../connection/find-wallet.ts';
import { type Invocation, text } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { readCarried } from './read-carried.ts';

/** Where a statement counts. */
export interface StatementPlace {
  /** Genesis hash, base58. */
  readonly network: string;
  readonly multisig: string;
  /** The wallet's id in the service, where it is known: what a statement is handed in under. */
  readonly wallet: string | null;
}

/**
 * For a statement that only stops something: from `--network` and `--multisig`, from the file of `--from`, and what is missing from the service,
 * where it may be asked. A service that lies about them gets a statement that stops nothing.
 */
export async function findStatementPlace(invocation: Invocation, mayAsk: boolean): Promise<Result<StatementPlace, Failure>> {
  const named = text(invocation, 'from');
  const file = named === undefined ? good({}) : await placeInFile(invocation, named);
  if (!file.ok) return file;
  const id = text(invocation, 'wallet');
  const known: Partial<StatementPlace> = {
    ...file.value,
    ...(id?.startsWith('wal_') ? { wallet: id } : {}),
    ...optional('network', text(invocation, 'network')),
    ...optional('multisig', text(invocation, 'multisig')),
  };
  const whole = mayAsk ? await askForRest(invocation, known) : good(known);
  if (!whole.ok) return whole;
  const { network, multisig, wallet = null } = whole.value;
  if (network === undefined || multisig === undefined)
    return misuse('a statement names a network and a wallet', 'give --network and --multisig, or --from a file that tells both');
  const wrong = !isAddress(network) ? `the network "${network}"` : !isAddress(multisig) ? `the multisig "${multisig}"` : null;
  return wrong === null
    ? good({ network, multisig, wallet })
    : misuse(`${wrong} is not base58 of 32 bytes`, 'check --network and --multisig');
}

async function askForRest(invocation: Invocation, known: Partial<StatementPlace>): Promise<Result<Partial<StatementPlace>, Failure>> {
  const wallet = known.multisig === undefined || known.wallet == null ? await askForWallet(invocation, known) : good(known);
  if (!wallet.ok || wallet.value.network !== undefined) return wallet;
  const client = connectWithout(invocation);
  if (!client.ok) return client;
  const ready = await answered(client.value.ready());
  return ready.ok ? good({ ...wallet.value, network: ready.value.network }) : ready;
}

/** Needs a credential, unless the command line names id and multisig. */
async function askForWallet(invocation: Invocation, known: Partial<StatementPlace>): Promise<Result<Partial<StatementPlace>, Failure>> {
  const client = connect(invocation, 'owner');
  if (!client.ok)
    return misuse(
      `which wallet it is about has to be asked, and ${client.error.message}`,
      'give --wallet wal_…, --multisig and --network (no credential is needed then), or sign in: countersign owner sign-in',
    );
  const found = await findWallet(client.value, invocation);
  return found.ok ? good({ ...known, wallet: found.value.id, multisig: known.multisig ?? found.value.multisig }) : found;
}

/** Of a file to sign, a recovery kit, or what "wallet show --json" prints. */
async function placeInFile({ world }: Invocation, name: string): Promise<Result<Partial<StatementPlace>, Failure>> {
  const carried = await readCarried(world, name);
  if (!carried.ok) return carried;
  const content = asObject(carried.value);
  if (content === null) return misuse(`${name} tells no network and no wallet`, 'give a file to sign, a kit, or "wallet show --json"');
  const prepared = objectIn(content, 'prepared') ?? content;
  const addresses = objectIn(prepared, 'addresses') ?? prepared;
  const wallet = textIn(objectIn(prepared, 'approval') ?? {}, 'wallet') ?? textIn(content, 'id');
  return good({
    ...optional('network', textIn(prepared, 'network')),
    ...optional('multisig', textIn(addresses, 'multisig')),
    ...(wallet?.startsWith('wal_') ? { wallet } : {}),
  });
}

type Content = { readonly [name: string]: unknown };

function asObject(text: string): Content | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Content) : null;
  } catch {
    return null;
  }
}
function objectIn(content: Content, name: string): Content | undefined {
  const value = content[name];
  return typeof value === 'object' && value !== null ? (value as Content) : undefined;
}
function textIn(content: Content, name: string): string | undefined {
  const value = content[name];
  return typeof value === 'string' ? value : undefined;
}
function optional<Name extends string>(name: Name, value: string | undefined): { readonly [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: string };
}
