import type { Address } from '../domain/address.ts';
import { SETTING_KINDS } from '../domain/approval-states.ts';
import type { AssetId } from '../domain/asset.ts';
import type { WalletId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { PlannedLimit } from '../ports/blockchain-adapter.ts';
import type { IReader } from '../ports/database.ts';
import type { PolicyRevision, WatchMark } from '../ports/records.ts';
import { readPolicyInForce } from './policy-in-force.ts';

/** A wallet with everything that it is compared with. */
export interface WatchedWallet {
  readonly wallet: Wallet;
  readonly revision: PolicyRevision;
  /** The spending limits that should be there: those in force, but for what a lockdown or a revocation took away. */
  readonly limits: readonly PlannedLimit[];
  /** The assets of the policy in force. */
  readonly assets: readonly AssetId[];
  /** What was signed ahead of need and can still be used. */
  readonly kits: readonly Kit[];
  readonly mark: WatchMark | null;
}

/** `null` for a wallet that is not watched: not made yet, or given up. */
export async function readWatched(reader: IReader, walletId: WalletId): Promise<WatchedWallet | null> {
  const wallet = await reader.wallets.get(walletId);
  if (wallet === null || (wallet.state !== 'active' && wallet.state !== 'frozen')) return null;
  const revision = await reader.policies.active(walletId);
  if (revision === null) return null;
  const inForce = await readPolicyInForce(reader, walletId);
  const kits = await reader.kits.list(walletId, { purpose: null, states: ['armed', 'handed_out', 'used'] });
  const gone = new Set(kits.flatMap(({ state, limits }): readonly Address[] => (state === 'used' ? limits : [])));
  const agent = await reader.keys.ofAddress(walletId, wallet.agent);
  const revoked = agent?.state === 'revoked' || agent?.state === 'destroyed';
  return {
    wallet,
    revision,
    limits: revoked ? [] : revision.limits.filter(({ spendingLimit }) => !gone.has(spendingLimit)),
    assets: inForce?.rules.assets.map(({ asset }) => asset) ?? [],
    kits: kits.filter(({ state }) => state !== 'used'),
    mark: await reader.watchMarks.get(walletId),
  };
}

const SOME = 5;

/** The owner's change of the wallet's settings is on its way, or came to a stop when part of it had landed; or a lockdown is on its way. */
export async function isChanging(reader: IReader, { id: walletId, rekeyingBy }: Wallet): Promise<boolean> {
  if (rekeyingBy !== null) return true;
  if ((await reader.kits.list(walletId, { purpose: 'lockdown', states: ['sent'] })).length > 0) return true;
  for (const kind of SETTING_KINDS) {
    if ((await reader.approvals.list({ walletId, state: 'executing', kind }, { limit: 1, cursor: null })).length > 0) return true;
    for (const { id } of await reader.approvals.list({ walletId, state: 'waiting', kind }, { limit: SOME, cursor: null }))
      if ((await reader.attempts.ofApproval(id)).some(({ state }) => state === 'finalized')) return true;
  }
  return false;
}

/** Whether what was expected when the chain was asked is still what is expected. */
export function stillExpected(before: WatchedWallet, now: WatchedWallet | null): boolean {
  if (now === null) return false;
  const roles = ({ owner, agent, feeAccount }: Wallet): string => `${owner} ${agent} ${feeAccount}`;
  const limits = (watched: WatchedWallet): string => watched.limits.map(({ spendingLimit }) => spendingLimit).join();
  return before.revision.revision === now.revision.revision && roles(before.wallet) === roles(now.wallet) && limits(before) === limits(now);
}
