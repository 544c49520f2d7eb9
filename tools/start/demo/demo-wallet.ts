import { setTimeout as sleep } from 'node:timers/promises';
import type { CountersignClient, WalletView } from '@countersign/sdk';
import { answerOrThrow } from './answer-or-throw.ts';
import type { DemoOwner } from './demo-owner.ts';

const NAME = 'Demo wallet';
const ACTIVE_WITHIN_MS = 120_000;

export interface DemoWalletNeeds {
  readonly client: CountersignClient;
  readonly owner: DemoOwner;
  /** Text of the policy for a new wallet. */
  readonly policy: () => Promise<string>;
  /** Signs an approval as the owner, after reading its bytes. */
  readonly approveAsOwner: (approval: string) => Promise<void>;
}

/**
 * The demo wallet, as the service knows it; made the way every wallet is made when there is none: asked for by the operator, signed by the
 * owner, active when the chain says so. Goes on where a killed start left off.
 */
export async function openDemoWallet(needs: DemoWalletNeeds): Promise<WalletView> {
  const found = await findDemoWallet(needs);
  const wallet = found ?? (await requestWallet(needs));
  if (wallet.state === 'creating') await signCreation(needs, wallet.id);
  return waitUntilActive(needs.client, wallet.id);
}

async function findDemoWallet({ client, owner }: DemoWalletNeeds): Promise<WalletView | null> {
  for await (const each of client.eachWallet()) {
    const wallet = answerOrThrow('the wallets cannot be listed', each);
    if (wallet.name === NAME && wallet.owner === owner.address && wallet.state !== 'failed') return wallet;
  }
  return null;
}

async function requestWallet({ client, owner, policy }: DemoWalletNeeds): Promise<WalletView> {
  const created = await client.createWallet({ name: NAME, owner: owner.address, policy: await policy() });
  return answerOrThrow('the demo wallet cannot be made', created).wallet;
}

/** Nothing to sign when a start before this one was killed after the owner had signed. */
async function signCreation({ client, approveAsOwner }: DemoWalletNeeds, wallet: string): Promise<void> {
  const { items } = answerOrThrow(
    'the approvals cannot be listed',
    await client.listApprovals({ wallet, state: 'waiting', kind: 'create_wallet' }),
  );
  const [approval] = items;
  if (approval !== undefined) await approveAsOwner(approval.id);
}

async function waitUntilActive(client: CountersignClient, id: string): Promise<WalletView> {
  for (let waitedMs = 0; waitedMs < ACTIVE_WITHIN_MS; waitedMs += 200) {
    const wallet = answerOrThrow('the demo wallet cannot be read', await client.getWallet(id));
    if (wallet.state === 'active' || wallet.state === 'frozen') return wallet;
    if (wallet.state === 'failed')
      throw new Error('the demo wallet was not made: see "npx countersign audit list"; a new start tries again');
    await sleep(200);
  }
  throw new Error(`the demo wallet is not active after ${ACTIVE_WITHIN_MS / 1000} s; a new start goes on from here`);
}
