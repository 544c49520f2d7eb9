import type { DomainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { IReader } from '../ports/database.ts';
import type { PolicyRevision } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { differencesOnChain, strangeProposals } from './expected-wallet.ts';

/**
 * INVARIANT I11: every way in which the chain, read at finalized, differs from what the policy in force asks for, open proposals too; none when it
 * matches exactly. Errors: what reading the chain gives.
 */
export async function compareWithChain(
  { chain, database }: Pick<Dependencies, 'chain' | 'database'>,
  wallet: Wallet,
): Promise<Result<readonly string[], DomainError>> {
  const read = await database.read(async (reader) => ok(await readPosition(reader, wallet.id)));
  if (!read.ok) return read;
  const { revision, underWay } = read.value;
  if (revision === null) return ok(['no policy is in force: the wallet was not made to the end']);
  const found = await chain.readWallet(wallet.multisig);
  if (!found.ok) return found;
  if (found.value === null) return ok(['the multisig account does not exist']);
  const lockdown = underWay ? ['a lockdown is on its way'] : [];
  return ok([...differencesOnChain(wallet, revision.limits, found.value), ...strangeProposals(found.value), ...lockdown]);
}

async function readPosition(
  reader: IReader,
  walletId: WalletId,
): Promise<{ readonly revision: PolicyRevision | null; readonly underWay: boolean }> {
  const sent = await reader.kits.list(walletId, { purpose: 'lockdown', states: ['sent'] });
  return { revision: await reader.policies.active(walletId), underWay: sent.length > 0 };
}
