import { type Address, type Bounds, decodeBounds, type InstallingStatement, type OwnerStatement, sha256Hex } from '@countersign/core';
import type { PinnedWallet } from '../../keystore/key-file.ts';
import { isSignedBy, verifyOwnerStatement } from '../../keystore/owner-consent.ts';
import type { InstalledBounds } from '../../keystore/state-file.ts';
import { Refused } from '../refusal.ts';
import type { OwnerOrder } from './owner-orders.ts';

/** What a wallet's keys and bounds are when an order comes. */
export interface Standing {
  readonly wallet: PinnedWallet;
  readonly feeAccount: Address;
  readonly createKey: Address;
  readonly live: Address | null;
  readonly next: Address | null;
  readonly installed: InstalledBounds | null;
  /** The key came back from a backup; no bounds since. */
  readonly restored: boolean;
  /** For a wallet without a key the revision that was installed last; otherwise 0. */
  readonly lastRevision: number;
}

export interface InstallingOrder extends OwnerOrder {
  readonly bytes: Uint8Array;
}

export type Installs<Action extends InstallingStatement['action']> = Extract<OwnerStatement, { readonly action: Action }>;

/** What an order brings into force, once its nonce and end were judged too. */
export interface Installation<Action extends InstallingStatement['action']> {
  readonly statement: Installs<Action>;
  /** `null`: exactly this order was carried out before and nothing came after it. */
  readonly bounds: Bounds | null;
}

/** New bounds for the live key. INVARIANT I6: a restored key takes none this way, since an order from before could be played back to it. */
export function judgeInstallation(standing: Standing, order: InstallingOrder): Installation<'install-policy'> {
  const statement = verified(standing, order, 'install-policy', [standing.wallet.owner]);
  if (isInForce(standing, order)) return { statement, bounds: null };
  const bounds = readBounds(standing, statement, order.bytes);
  assertAgent(bounds, standing.live);
  if (standing.restored) throw new Refused('no_bounds', 'the key came back from a backup: only a rotation to a new key brings bounds');
  assertNext(bounds, standing.installed?.bounds.revision ?? 0);
  return { statement, bounds };
}

/** Another agent key with its bounds. INVARIANT I6: consent names the prepared key, which did not exist before it was prepared. */
export function judgeRotation(standing: Standing, order: InstallingOrder): Installation<'rotate-agent-key'> {
  const statement = verified(standing, order, 'rotate-agent-key', [standing.wallet.owner]);
  if (isInForce(standing, order)) return { statement, bounds: null };
  const bounds = readBounds(standing, statement, order.bytes);
  assertAgent(bounds, statement.newAgent);
  if (statement.newAgent !== standing.next) throw new Refused('bad_statement', 'names another new key than the prepared one');
  if (standing.installed) {
    if (statement.oldAgent !== standing.live) throw new Refused('bad_statement', 'names another old key than the live one');
    assertNext(bounds, standing.installed.bounds.revision);
  } else if (bounds.revision <= standing.lastRevision) {
    throw new Refused('stale_revision', 'the revision is not higher than the one that was installed last');
  }
  return { statement, bounds };
}

/** Another owner with bounds, by consent of the old owner or of the recovery key that the installed bounds name, and of the new owner. */
export function judgeReplacement(
  standing: Standing,
  order: InstallingOrder & { readonly newOwnerSignature: Uint8Array },
): Installation<'replace-owner-key'> {
  const { wallet, installed, live } = standing;
  if (isInForce(standing, order) && isSignedBy(order.statement, order.newOwnerSignature, wallet.owner))
    return { statement: verified(standing, { ...order, ownerSignature: order.newOwnerSignature }, 'replace-owner-key'), bounds: null };
  const recovery = installed?.bounds.recovery ?? null;
  const statement = verified(standing, order, 'replace-owner-key', recovery === null ? [wallet.owner] : [wallet.owner, recovery]);
  if (!isSignedBy(order.statement, order.newOwnerSignature, statement.newOwner))
    throw new Refused('bad_owner_signature', 'the statement is not signed by the new owner');
  if (!installed) throw new Refused('no_bounds', 'no owner-signed bounds are installed');
  const bounds = readBounds(standing, statement, order.bytes);
  assertAgent(bounds, live);
  if (statement.oldOwner !== wallet.owner) throw new Refused('bad_statement', 'names another old owner than the pinned one');
  const taken: readonly (string | null)[] = [wallet.owner, live, standing.next, standing.feeAccount, standing.createKey, wallet.multisig];
  if (taken.includes(statement.newOwner)) throw new Refused('bad_statement', 'names a new owner that the wallet knows as something else');
  assertNext(bounds, installed.bounds.revision);
  return { statement, bounds };
}

function verified<Action extends InstallingStatement['action']>(
  { wallet }: Standing,
  { statement, ownerSignature }: OwnerOrder,
  action: Action,
  signers: readonly Address[] = [wallet.owner],
): Installs<Action> {
  const read = verifyOwnerStatement({ statement, ownerSignature, wallet, signers });
  if (!read.ok) throw new Refused(read.error.code, read.error.rule);
  if (read.value.action !== action) throw new Refused('bad_statement', `is not for ${action}`);
  return read.value as Installs<Action>;
}

/** Exactly these bytes brought the bounds that are installed. */
function isInForce({ installed }: Standing, { statement, bytes }: InstallingOrder): boolean {
  return installed !== null && installed.statement === statement && Buffer.compare(installed.bytes, bytes) === 0;
}

function readBounds({ wallet, feeAccount, createKey }: Standing, statement: InstallingStatement, bytes: Uint8Array): Bounds {
  if (statement.boundsSha256 !== sha256Hex(bytes)) throw new Refused('bad_statement', 'is over other bounds');
  const read = decodeBounds(bytes);
  if (!read.ok) throw new Refused('malformed', 'the bounds cannot be read');
  const bounds = read.value;
  if (bounds.revision !== statement.revision) throw new Refused('bad_statement', 'is for another revision than the bounds');
  const assets = bounds.assets.map(({ asset }) => asset);
  if (new Set(assets).size !== assets.length) throw new Refused('malformed', 'the bounds name an asset twice');
  if (bounds.network !== wallet.network || bounds.wallet !== wallet.multisig)
    throw new Refused('wrong_wallet', 'the bounds are for another network or wallet');
  if (bounds.recovery !== null && [bounds.agent, feeAccount, createKey].includes(bounds.recovery))
    throw new Refused('malformed', 'the recovery key is a key of the signer');
  return bounds;
}

function assertAgent(bounds: Bounds, agent: Address | null): void {
  if (bounds.agent !== agent) throw new Refused('wrong_wallet', 'the bounds are for another agent key');
}

function assertNext(bounds: Bounds, revision: number): void {
  if (bounds.revision !== revision + 1) throw new Refused('stale_revision', 'the revision is not one higher than the installed one');
}
