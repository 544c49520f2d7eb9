import type { KitId } from '../domain/ids.ts';
import { checkKit } from './check-kit.ts';
import type { Dependencies } from './dependencies.ts';
import { type MovedNonces, missed, type Seen } from './watch-round.ts';
import type { WatchedWallet } from './watched-wallet.ts';

/** A nonce account that was made so lately may be missing from a node that is behind. */
const NEW_FOR_MS = 120_000;

/**
 * The nonce accounts of what was signed ahead of need. Only the owner key can advance one or hand it over, and the service never asks it to: one
 * that moved was moved by an owner key that signed something elsewhere, and with it the emergency brake is gone. So it counts as drift and freezes
 * (ATTACKS 164): an owner who did it says so by unfreezing.
 */
export async function watchNonces(deps: Pick<Dependencies, 'chain'>, { wallet, kits, mark }: WatchedWallet): Promise<Seen<MovedNonces>> {
  // What no longer fits the wallet is given up by `lookAfterKits`; its nonce is of no interest.
  const fitting = kits.filter((kit) => checkKit(deps.chain, wallet, kit).ok);
  if (fitting.length === 0) return { kind: 'seen', slot: null, differences: [], state: new Map() };
  const nonces = await deps.chain.readNonceAccounts(
    fitting.map(({ nonceAccount }) => nonceAccount),
    mark?.slot,
  );
  if (!nonces.ok) return missed(nonces.error);
  const moved = new Map<KitId, string>();
  const unseen: string[] = [];
  for (const [index, { id, nonceAccount, nonce, createdAtMs }] of fitting.entries()) {
    const found = nonces.value[index] ?? null;
    const isNew = mark === null || mark.atMs - createdAtMs < NEW_FOR_MS;
    if (found === null && isNew) unseen.push(nonceAccount);
    else if (found === null) moved.set(id, `nonce account ${nonceAccount} is gone`);
    else if (found.authority !== wallet.owner)
      moved.set(id, `authority of nonce account ${nonceAccount} is ${found.authority}, expected ${wallet.owner}`);
    else if (found.nonce !== nonce) moved.set(id, `nonce account ${nonceAccount} was advanced by none of ours`);
  }
  if (moved.size === 0 && unseen.length > 0) return { kind: 'missed', problem: `nonce account ${unseen.join(', ')} is not there yet` };
  return { kind: 'seen', slot: null, differences: [...moved.values()], state: moved };
}
