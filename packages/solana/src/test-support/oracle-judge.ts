import { type Address, type AssetId, address, budgetAsset, type Effect, encodeBase58, NATIVE_ASSET } from '@countersign/core';
import { SYSTEM_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';

/** An account as a node tells it; written here once more, so that the judge shares nothing with what it judges. */
export interface SeenAccount {
  readonly lamports: bigint;
  readonly program: string;
  readonly data: Buffer;
}
export type Seen = ReadonlyMap<Address, SeenAccount | null>;

interface Tokens {
  readonly mint: Address;
  readonly owner: Address;
  readonly amount: bigint;
  readonly delegate: Address | null;
  readonly delegated: bigint;
  readonly closeAuthority: Address | null;
}

export function seen(accounts: readonly Address[], told: readonly unknown[]): Seen {
  return new Map(
    accounts.map((account, index) => {
      const value = told[index] as { lamports: number; owner: string; data: [string, string] } | null;
      if (value === null || value.lamports === 0) return [account, null];
      return [account, { lamports: BigInt(value.lamports), program: value.owner, data: Buffer.from(value.data[0], 'base64') }];
    }),
  );
}

function tokensOf(account: SeenAccount | null | undefined): Tokens | null {
  if (account?.program !== TOKEN_PROGRAM || account.data.length !== 165 || account.data[108] === 0) return null;
  const { data } = account;
  const at = (offset: number): Address => address(encodeBase58(data.subarray(offset, offset + 32)));
  const optional = (offset: number): Address | null => (data.readUInt32LE(offset) === 0 ? null : at(offset + 4));
  const common = { mint: at(0), owner: at(32), amount: data.readBigUInt64LE(64), delegate: optional(72) };
  return { ...common, delegated: data.readBigUInt64LE(121), closeAuthority: optional(129) };
}

/**
 * What the chain did to the vault that the decoder had not said, in words. Effects that are denied whatever they are, `unknown` first of
 * all, excuse what they are about; amounts may be less than said, never more.
 */
export function unsaid(effects: readonly Effect[], before: Seen, after: Seen, vault: Address): readonly string[] {
  if (effects.some(({ kind }) => kind === 'unknown')) return [];
  const complaints: string[] = [];
  const atMost = (what: string, fell: bigint, said: bigint): void => {
    if (fell > said) complaints.push(`${what}: ${fell} left, ${said} were said`);
  };
  const total = (amount: (effect: Effect) => bigint): bigint => effects.reduce((sum, effect) => sum + amount(effect), 0n);
  const says = (kind: Effect['kind'], account: Address): boolean =>
    effects.some((effect) => effect.kind === kind && 'account' in effect && effect.account === account);
  const given = (account: Address): boolean => says('authority_change', account);
  const rent = total((effect) => (effect.kind === 'account_creation' && effect.payer === vault ? effect.maximumRentLamports : 0n));

  const [was, is] = [before.get(vault) ?? null, after.get(vault) ?? null];
  if (was && (was.program !== is?.program || was.data.length !== is.data.length) && !given(vault))
    complaints.push('the vault has another program or data');
  const leaving = total((effect) => {
    if (effect.kind === 'asset_outflow' && effect.sourceAccount === vault) return effect.amount;
    return effect.kind === 'own_move' && effect.from === vault ? effect.amount : 0n;
  });
  atMost('lamports of the vault', (was?.lamports ?? 0n) - (is?.lamports ?? 0n), leaving + rent);

  for (const [account, state] of before) {
    const [had, has] = [tokensOf(state), tokensOf(after.get(account))];
    if (had?.owner !== vault || given(account)) continue;
    const closed = has === null && isEmpty(after.get(account));
    if (closed && !says('account_closing', account)) complaints.push(`${account} was closed`);
    if (!closed) complaints.push(...changedRights(account, had, has, effects));
    if (says('account_closing', account)) continue;
    const said = total((effect) => {
      if (effect.kind === 'asset_outflow' && effect.sourceAccount === account) return effect.amount;
      if (effect.kind === 'own_move' && effect.from === account) return effect.amount;
      return effect.kind === 'burn' && effect.account === account ? effect.amount : 0n;
    });
    atMost(`tokens of ${account}`, had.amount - (has?.amount ?? 0n), said);
  }

  // Whatever moved between accounts of the vault, its wealth falls by no more than what was said to leave it.
  const mine = (look: Seen): bigint =>
    [...look].reduce((sum, [account, state]) => {
      // Lamports that come to the address of a closed associated account are the vault's: only its account can be made there again.
      const reopened = tokensOf(before.get(account))?.owner === vault && isEmpty(state);
      const own = account === vault || reopened || (tokensOf(state)?.owner === vault && !given(account));
      return own ? sum + (state?.lamports ?? 0n) : sum;
    }, 0n);
  const saidToLeave = total((effect) => {
    if (effect.kind === 'asset_outflow') return budgetAsset(effect.asset) === NATIVE_ASSET ? effect.amount : 0n;
    if (effect.kind !== 'account_closing' || effect.destination === vault) return 0n;
    // What the message itself moves into the account goes with it.
    return (
      (effect.amountLamports ?? 2n ** 64n) + total((each) => (each.kind === 'own_move' && each.to === effect.account ? each.amount : 0n))
    );
  });
  if (!effects.some(({ kind }) => kind === 'authority_change')) atMost('lamports of all', mine(before) - mine(after), saidToLeave + rent);
  return complaints;
}

function isEmpty(account: SeenAccount | null | undefined): boolean {
  return account === null || (account?.program === SYSTEM_PROGRAM && account.data.length === 0);
}

function changedRights(account: Address, had: Tokens, has: Tokens | null, effects: readonly Effect[]): readonly string[] {
  if (has === null || has.owner !== had.owner || has.mint !== had.mint) return [`${account} has another owner`];
  const complaints: string[] = [];
  if (has.closeAuthority !== had.closeAuthority) complaints.push(`${account} has another close authority`);
  const more = has.delegate !== null && (has.delegate !== had.delegate || has.delegated > had.delegated);
  const approved = effects.some(
    (effect) =>
      effect.kind === 'delegate_approval' &&
      effect.account === account &&
      effect.delegate === has.delegate &&
      effect.amount >= has.delegated,
  );
  if (more && !approved) complaints.push(`${account} has the delegate ${has.delegate}`);
  return complaints;
}

/** Sums of what is said to leave the vault, by asset. */
export function saidOutflows(effects: readonly Effect[]): ReadonlyMap<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  for (const effect of effects) {
    if (effect.kind !== 'asset_outflow') continue;
    const asset = budgetAsset(effect.asset);
    sums.set(asset, (sums.get(asset) ?? 0n) + effect.amount);
  }
  return sums;
}
