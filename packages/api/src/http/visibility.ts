import {
  type Credential,
  type Dependencies,
  type DomainError,
  domainError,
  fail,
  type IReader,
  ok,
  type Result,
  type WalletId,
} from '@countersign/core';

/**
 * Whether the caller may see this wallet: operators all, an agent that of its credential, an owner's session those whose owner it is now (a key
 * that was replaced sees nothing any more).
 */
export async function seesWallet(reader: Pick<IReader, 'wallets'>, caller: Credential, id: WalletId): Promise<boolean> {
  switch (caller.role) {
    case 'operator':
      return true;
    case 'agent':
      return caller.walletId === id;
    case 'owner':
      return caller.owner !== null && (await reader.wallets.get(id))?.owner === caller.owner;
  }
}

/** The wallets that an agent or an owner sees, newest first; `null` for an operator, who sees all. */
export async function walletsSeen(reader: Pick<IReader, 'wallets'>, caller: Credential): Promise<readonly WalletId[] | null> {
  switch (caller.role) {
    case 'operator':
      return null;
    case 'agent':
      return caller.walletId === null ? [] : [caller.walletId];
    case 'owner':
      return caller.owner === null ? [] : (await reader.wallets.ofOwner(caller.owner)).map(({ id }) => id);
  }
}

/** INVARIANT: agents and owners only reach their own wallets; another one answers as one that does not exist. */
export async function refuseOtherWallet(deps: Dependencies, caller: Credential, wallet: string): Promise<Result<void, DomainError>> {
  if (caller.role === 'operator') return ok(undefined);
  // An agent's own wallet stands in its credential: paying asks the database no further question.
  const seen =
    caller.role === 'agent'
      ? ok(caller.walletId === wallet)
      : await deps.database.read(async (reader) => ok(await seesWallet(reader, caller, wallet as WalletId)));
  if (!seen.ok) return seen;
  return seen.value ? ok(undefined) : fail(domainError('not_found', { kind: 'wallet', id: wallet }));
}
