import {
  type Approval,
  type Attempt,
  KEY_MOVES,
  KIT_MOVES,
  type Kit,
  LIVE_KEY_STATES,
  LIVE_KIT_STATES,
  REKEYING_KINDS,
  type Wallet,
  type WalletKey,
} from '@countersign/core';
import { refuse, requireMove, requireSame, type View } from './refuse.ts';
import type { TighteningRow } from './tables.ts';

const ENDED: readonly string[] = ['revoked', 'destroyed', 'failed'];
const isLive = ({ state }: WalletKey): boolean => LIVE_KEY_STATES.includes(state);

/** INVARIANT I8: the keys of a wallet are exchanged only under the approval that consents to exactly these. */
export function checkRekeying(view: View, before: Wallet | null, after: Wallet): void {
  const by = after.rekeyingBy === null ? null : view.get('approvals', after.rekeyingBy);
  if (after.rekeyingBy !== (before?.rekeyingBy ?? null)) {
    const begins = before !== null && before.rekeyingBy === null && by !== null && by.walletId === after.id;
    const open = by !== null && REKEYING_KINDS.includes(by.kind) && (by.state === 'waiting' || by.state === 'executing');
    if (after.rekeyingBy !== null && !(begins && open)) refuse('wallets_rekeying', `${after.id} by ${after.rekeyingBy}`);
  }
  if (before === null) return;
  const { owner, agent, feeAccount, recovery } = after;
  const same = before.owner === owner && before.agent === agent && before.feeAccount === feeAccount && before.recovery === recovery;
  if (same) return;
  const rekeying = (approval: Approval): boolean =>
    approval.id === before.rekeyingBy &&
    owner === (approval.change?.owner ?? before.owner) &&
    agent === (approval.change?.agent ?? before.agent) &&
    feeAccount === approval.change?.feeAccount;
  // The recovery key alone, which is no member, comes and goes with the revision whose bounds pin it; not with one from before.
  const pinned = ({ kind, policyRevision }: Approval): boolean =>
    kind === 'install_policy' &&
    (policyRevision ?? 0) >= (before.policyRevision ?? Number.POSITIVE_INFINITY) &&
    owner === before.owner &&
    agent === before.agent &&
    feeAccount === before.feeAccount;
  const consents = (approval: Approval): boolean =>
    approval.walletId === after.id &&
    (approval.state === 'executing' || approval.state === 'done') &&
    approval.change !== null &&
    approval.change.recovery === recovery &&
    (rekeying(approval) || pinned(approval));
  if (!view.all('approvals').some(consents)) refuse('wallets_rekey', `nobody consented to these keys of ${after.id}`);
}

/** INVARIANT I8: while a wallet's keys are being changed, nothing is signed but what changes them. */
export function checkSignedWhileRekeying(view: View, { id, walletId, approvalId }: Attempt): void {
  const rekeyingBy = view.get('wallets', walletId)?.wallet.rekeyingBy ?? null;
  if (rekeyingBy !== null && rekeyingBy !== approvalId) refuse('attempts_signed_while_rekeying', id);
}

const isOpen = ({ state }: Approval): boolean => state === 'waiting' || state === 'executing';

export function checkChange(view: View, after: Approval): void {
  const { kind, change } = after;
  const fits =
    kind === 'rotate_agent_key'
      ? change !== null && change.agent !== null && change.owner === null && change.consentOf === 'owner'
      : kind === 'replace_owner_key'
        ? change !== null && change.owner !== null && change.agent === null
        : kind === 'create_wallet' || kind === 'install_policy'
          ? change === null || (change.agent === null && change.owner === null && change.consentOf === 'owner')
          : change === null;
  if (!fits) refuse('approvals_change', `${kind} ${after.id}`);
  if (!isOpen(after) || !REKEYING_KINDS.includes(kind)) return;
  const rival = (other: Approval): boolean =>
    other.id !== after.id && other.walletId === after.walletId && other.kind === kind && isOpen(other);
  if (view.all('approvals').some(rival)) refuse('approvals_one_open_per_key_change', `${kind} of ${after.walletId}`);
}

export function checkKey(view: View, before: WalletKey | null, after: WalletKey): void {
  if (before?.state === 'destroyed' || before?.state === 'failed') refuse('wallet_keys_ended', after.id);
  requireMove('wallet_keys', KEY_MOVES, ['generating'], before?.state ?? null, after.state);
  requireSame('wallet_keys_immutable', before, after, ['id', 'walletId', 'role', 'address', 'createdAtMs']);
  if (before?.activatedAtMs != null) requireSame('wallet_keys_immutable', before, after, ['activatedAtMs']);
  if (before?.state === 'revoked') {
    if (after.state === 'revoked') refuse('wallet_keys_ended', after.id);
    requireSame('wallet_keys_ended', before, after, ['dueAtMs', 'endedAtMs', 'rotationReason']);
  }
  if ((after.activatedAtMs === null) !== (after.state === 'generating' || after.state === 'failed'))
    refuse('wallet_keys_activation', `${after.state} since ${after.activatedAtMs}`);
  if ((after.endedAtMs !== null) !== ENDED.includes(after.state)) refuse('wallet_keys_end', `${after.state} at ${after.endedAtMs}`);
  const others = view.all('keys').filter(({ id, walletId }) => id !== after.id && walletId === after.walletId);
  if (isLive(after) && others.some((key) => key.role === after.role && isLive(key)))
    refuse('wallet_keys_one_live', `${after.role} of ${after.walletId}`);
  const known = others.some(({ address, state }) => address === after.address && state !== 'failed');
  if (after.state !== 'failed' && known) refuse('wallet_keys_address_once', after.address);
}

/** INVARIANT I8, at commit: the wallet's record and its live keys name the same addresses. */
export function requireKeysOfWallet(view: View, walletId: string): void {
  const wallet = view.get('wallets', walletId)?.wallet;
  if (wallet === undefined) return;
  for (const key of view.all('keys')) {
    if (key.walletId !== walletId || key.role === 'recovery' || !isLive(key)) continue;
    if (key.address !== wallet[key.role]) refuse('wallet_keys_of_wallet', `${key.id} is not the ${key.role} key of ${walletId}`);
  }
}

const HAS_OWNER: readonly string[] = ['armed', 'called', 'sent', 'used'];
const HAS_WIRE: readonly string[] = ['sent', 'used'];
const isReady = ({ state }: Kit): boolean => state === 'armed' || state === 'called' || state === 'handed_out';

export function checkKit(view: View, before: Kit | null, after: Kit): void {
  requireMove('kits', KIT_MOVES, ['waiting'], before?.state ?? null, after.state);
  requireSame('kits_immutable', before, after, [
    ...(['id', 'walletId', 'approvalId', 'purpose', 'part', 'nonceAccount', 'nonce', 'limits', 'message', 'createdAtMs'] as const),
  ]);
  if (before !== null) requireSignedOnce(before, after);
  requireBytes(after);
  if ((after.purpose === 'lockdown') !== after.limits.length > 0) refuse('kits_limits', after.id);
  if (after.purpose === 'lockdown' ? after.state === 'handed_out' : HAS_OWNER.includes(after.state)) refuse('kits_purpose', after.id);
  const others = view.all('kits').filter(({ id }) => id !== after.id);
  const isPlaced = ({ state }: Kit): boolean => state !== 'void';
  const sameParts = others.filter((kit) => isPlaced(kit) && kit.approvalId === after.approvalId && kit.part === after.part);
  if (isPlaced(after) && sameParts.length > 0) refuse('kits_part_once', after.id);
  if (!isReady(after)) return;
  const ready = others.filter((kit) => isReady(kit) && kit.walletId === after.walletId && kit.purpose === after.purpose);
  if (ready.some(({ part, approvalId }) => part === after.part || approvalId !== after.approvalId)) refuse('kits_one_arming', after.id);
  const spends = ({ state, nonceAccount, nonce }: Kit): boolean =>
    LIVE_KIT_STATES.includes(state) && nonceAccount === after.nonceAccount && nonce === after.nonce;
  if (others.some(spends)) refuse('kits_nonce_once', after.id);
}

/** INVARIANT I2: what was signed is not exchanged. */
function requireSignedOnce(before: Kit, after: Kit): void {
  if (before.state === 'waiting' && after.state === 'armed') return;
  requireSame('kits_signed_immutable', before, after, ['sealedSignature']);
  if (!(before.state === 'called' && after.state === 'sent')) requireSame('kits_signed_immutable', before, after, ['wire', 'signature']);
}

function requireBytes({ id, state, sealedSignature, wire, signature }: Kit): void {
  const stale = state === 'stale';
  const owner = sealedSignature !== null;
  const sent = wire !== null;
  const fits = stale ? !sent || owner : owner === HAS_OWNER.includes(state) && sent === HAS_WIRE.includes(state);
  if (!fits || sent !== (signature !== null)) refuse('kits_signed_has_bytes', `${id} is ${state}`);
}

export function checkTightening(view: View, before: TighteningRow | null, after: TighteningRow): void {
  const { walletId, revision, number } = after;
  if (before !== null) refuse('policy_tightenings_immutable', `${number} of ${revision}`);
  const active = view.all('policies').some((row) => row.walletId === walletId && row.revision === revision && row.state === 'active');
  if (!active) refuse('policy_tightenings_of_active', `${revision} of ${walletId}`);
  const follows = number === 1 || view.get('tightenings', `${walletId}/${revision}/${number - 1}`) !== null;
  if (!Number.isSafeInteger(number) || number < 1 || !follows) refuse('policy_tightenings_continuous', `${number} of ${revision}`);
}
