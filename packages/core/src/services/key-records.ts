import type { Address } from '../domain/address.ts';
import { type ApprovalId, makeId, type WalletId } from '../domain/ids.ts';
import { KEY_LIFETIME_MS, type KeyRole, LIVE_KEY_STATES, type RotationReason, type WalletKey } from '../domain/key-states.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import { type Actor, type Dependencies, SERVICE } from './dependencies.ts';

/** A wallet was frozen: its agent key is suspended. The owner key is not: it is what unfreezes. Runs under the wallet's lock. */
export async function suspendKeys(tx: ITransaction, walletId: WalletId): Promise<void> {
  const key = await tx.keys.live(walletId, 'agent');
  if (key === null || key.state === 'suspended') return;
  await tx.keys.move(key.id, key.state, 'suspended', {});
  await record(tx, key, 'key.suspended', SERVICE, await tx.nowMs());
}

/** The owner unfroze a wallet: its agent key goes on where it was. Runs under the wallet's lock. */
export async function resumeKeys(tx: ITransaction, walletId: WalletId): Promise<void> {
  const key = await tx.keys.live(walletId, 'agent');
  if (key?.state !== 'suspended') return;
  const wallet = await tx.wallets.get(walletId);
  const change = wallet?.rekeyingBy ? (await tx.approvals.get(wallet.rekeyingBy))?.change : null;
  await tx.keys.move(key.id, 'suspended', change?.agent ? 'rotation_pending' : 'active', {});
  await record(tx, key, 'key.resumed', SERVICE, await tx.nowMs());
}

/**
 * The signer made a key that shall take the agent key's place. The same key stays on record however often it is proposed; one that the signer
 * no longer has is given up.
 */
export async function recordMadeKey(
  deps: Pick<Dependencies, 'random'>,
  tx: ITransaction,
  walletId: WalletId,
  agent: Address,
  atMs: number,
): Promise<void> {
  const made = (await tx.keys.list(walletId)).filter(({ role, state }) => role === 'agent' && state === 'generating');
  for (const key of made) {
    if (key.address === agent) continue;
    await tx.keys.move(key.id, 'generating', 'failed', { endedAtMs: atMs });
    await record(tx, key, 'key.failed', SERVICE, atMs);
  }
  if (made.some(({ address }) => address === agent)) return;
  const key = newKey(deps, { walletId, role: 'agent', address: agent, atMs });
  await tx.keys.insert(key);
  await record(tx, key, 'key.generated', SERVICE, atMs);
}

/** INVARIANT I8: the chain, read back at finalized, knows the key: it is in use from now, and due after its lifetime. */
export async function activateKey(
  deps: Pick<Dependencies, 'random'>,
  tx: ITransaction,
  input: { readonly walletId: WalletId; readonly role: KeyRole; readonly address: Address; readonly atMs: number },
): Promise<void> {
  const { walletId, role, address, atMs } = input;
  const known = await tx.keys.ofAddress(walletId, address);
  if (known !== null && LIVE_KEY_STATES.includes(known.state)) return;
  const key = known ?? newKey(deps, input);
  if (known === null) await tx.keys.insert(key);
  const lifetime = KEY_LIFETIME_MS[role];
  await tx.keys.move(key.id, 'generating', 'active', { activatedAtMs: atMs, dueAtMs: lifetime === null ? null : atMs + lifetime });
  await record(tx, key, 'key.activated', SERVICE, atMs);
}

/** INVARIANT I8: the chain, read back at finalized, gives the key no right any more. `false` where it was revoked before. */
export async function revokeKey(tx: ITransaction, walletId: WalletId, role: KeyRole, address: Address, atMs: number): Promise<boolean> {
  const key = await tx.keys.live(walletId, role);
  if (key?.address !== address) return false;
  await tx.keys.move(key.id, key.state, 'revoked', { endedAtMs: atMs });
  await record(tx, key, 'key.revoked', SERVICE, atMs);
  return true;
}

/** Its holder has wiped a revoked key. */
export async function recordDestroyed(tx: ITransaction, walletId: WalletId, address: Address, atMs: number): Promise<void> {
  const key = await tx.keys.ofAddress(walletId, address);
  if (key !== null && (await tx.keys.move(key.id, 'revoked', 'destroyed', {}))) await record(tx, key, 'key.destroyed', SERVICE, atMs);
}

/** The owner agreed that another key takes the agent key's place; a suspended one stays suspended. */
export async function beginRotation(tx: ITransaction, { id, agent }: Wallet, approvalId: ApprovalId, atMs: number): Promise<void> {
  const key = await tx.keys.live(id, 'agent');
  if (key?.address !== agent || !(await tx.keys.move(key.id, 'active', 'rotation_pending', {}))) return;
  await record(tx, key, 'key.rotation_begun', SERVICE, atMs, { approval: approvalId });
}

/** Nothing of the rotation landed: the key serves on. */
export async function endRotation(tx: ITransaction, { id, agent }: Wallet, approvalId: ApprovalId, atMs: number): Promise<void> {
  const key = await tx.keys.live(id, 'agent');
  if (key?.address !== agent || !(await tx.keys.move(key.id, 'rotation_pending', 'active', {}))) return;
  await record(tx, key, 'key.rotation_ended', SERVICE, atMs, { approval: approvalId });
}

function newKey(
  { random }: Pick<Dependencies, 'random'>,
  { walletId, role, address, atMs }: Pick<WalletKey, 'walletId' | 'role' | 'address'> & { readonly atMs: number },
): WalletKey {
  return {
    id: makeId('key', atMs, random.bytes(10)),
    walletId,
    role,
    address,
    state: 'generating',
    createdAtMs: atMs,
    activatedAtMs: null,
    dueAtMs: null,
    rotationReason: null,
    endedAtMs: null,
  };
}

/** INVARIANT I10. */
export async function record(
  tx: ITransaction,
  { id, walletId, role, address }: Pick<WalletKey, 'id' | 'walletId' | 'role' | 'address'>,
  action: string,
  actor: Actor,
  atMs: number,
  more: { readonly approval?: ApprovalId; readonly reason?: RotationReason; readonly notice?: string } = {},
): Promise<void> {
  await tx.audit.append([{ chain: walletId, action, actor, subject: id, details: { role, address, ...more } }], atMs);
}
