import { type Address, type Bounds, decodeBounds } from '@countersign/core';
import type { Keypair } from '@solana/web3.js';
import type { PinnedWallet } from '../../src/keystore/key-file.ts';
import type { Standing } from '../../src/signer/operations/installing-orders.ts';
import { addressOf, key } from '../support/message-builder.ts';
import { type BoundsOrder, boundsFor, installOrder, NETWORK, replaceOrder, rotateOrder } from '../support/owner-side.ts';
import { CAST, OWNER } from '../support/parties.ts';
import { WALLET } from '../support/test-signer.ts';

const [NEXT_AGENT, RECOVERY, NEXT_OWNER, STRANGER] = [key(20), key(21), key(22), key(99)];
const LATER = 4;
const of = (who: Keypair): Address => addressOf(who.publicKey);
const bounds = (change: Partial<Bounds> = {}): Bounds => boundsFor(CAST, { revision: LATER, ...change });
const nextBounds = (change: Partial<Bounds> = {}): Bounds => bounds({ agent: of(NEXT_AGENT), ...change });

/** A wallet as an order finds it: the live key and bounds of revision 3, a key that waits. */
const wallet: PinnedWallet = { walletId: WALLET, owner: of(OWNER), multisig: addressOf(CAST.multisig), network: NETWORK };
const installedOrder = installOrder(OWNER, CAST, bounds({ revision: 3, recovery: of(RECOVERY) }));
export type StandingName = 'active' | 'no key waits' | 'without bounds' | 'restored' | 'destroyed' | 'lost';
export const standings: { readonly [Name in StandingName]: OrdersVector['standings'][string] } = {
  active: { live: addressOf(CAST.agent), next: of(NEXT_AGENT), installed: true, restored: false, lastRevision: 0 },
  'no key waits': { live: addressOf(CAST.agent), next: null, installed: true, restored: false, lastRevision: 0 },
  'without bounds': { live: addressOf(CAST.agent), next: of(NEXT_AGENT), installed: false, restored: false, lastRevision: 0 },
  restored: { live: addressOf(CAST.agent), next: of(NEXT_AGENT), installed: false, restored: true, lastRevision: 0 },
  destroyed: { live: null, next: of(NEXT_AGENT), installed: false, restored: false, lastRevision: 3 },
  lost: { live: null, next: of(NEXT_AGENT), installed: false, restored: false, lastRevision: 0 },
};

export interface OrderCase {
  readonly name: string;
  readonly standing: StandingName;
  readonly operation: 'install_bounds' | 'rotate_key' | 'replace_owner';
  readonly outcome: string;
  readonly order: BoundsOrder & { readonly newOwnerSignature?: Uint8Array };
}
const install = (name: string, standing: StandingName, outcome: string, order: BoundsOrder): OrderCase => ({
  ...{ name, standing, operation: 'install_bounds', outcome, order },
});
const rotate = (name: string, standing: StandingName, outcome: string, order: BoundsOrder): OrderCase => ({
  ...{ name, standing, operation: 'rotate_key', outcome, order },
});
const replace = (name: string, standing: StandingName, outcome: string, order: OrderCase['order']): OrderCase => ({
  ...{ name, standing, operation: 'replace_owner', outcome, order },
});
const rotation = (change: Partial<Bounds> = {}): BoundsOrder => rotateOrder(OWNER, CAST, nextBounds(change));
const replacement = (by: Keypair, change: Partial<Bounds> = {}): ReturnType<typeof replaceOrder> =>
  replaceOrder(by, NEXT_OWNER, CAST, bounds(change));

/** What is judged about an order, nonce and end aside. */
export const orderCases: readonly OrderCase[] = [
  install('the next revision', 'active', 'accepted', installOrder(OWNER, CAST, bounds())),
  install('the one in force again', 'active', 'accepted', installedOrder),
  install('a revision left out', 'active', 'stale_revision', installOrder(OWNER, CAST, bounds({ revision: 5 }))),
  install('the first', 'without bounds', 'accepted', installOrder(OWNER, CAST, bounds({ revision: 1 }))),
  install('for a restored key', 'restored', 'no_bounds', installOrder(OWNER, CAST, bounds({ revision: 1 }))),
  install('for the key that waits', 'active', 'wrong_wallet', installOrder(OWNER, CAST, nextBounds())),
  install('a rotation', 'active', 'bad_statement', rotation()),
  install('by the recovery key', 'active', 'bad_owner_signature', installOrder(RECOVERY, CAST, bounds())),
  rotate('to the key that waits', 'active', 'accepted', rotation()),
  rotate('no key waits', 'no key waits', 'bad_statement', rotation()),
  rotate('by the recovery key', 'active', 'bad_owner_signature', rotateOrder(RECOVERY, CAST, nextBounds())),
  rotate('the same revision', 'active', 'stale_revision', rotation({ revision: 3 })),
  rotate('a revision left out', 'active', 'stale_revision', rotation({ revision: 5 })),
  rotate('another old key', 'active', 'bad_statement', rotateOrder(OWNER, { ...CAST, agent: STRANGER.publicKey }, nextBounds())),
  rotate('another new key', 'active', 'bad_statement', rotation({ agent: of(STRANGER) })),
  rotate('another wallet', 'active', 'wrong_wallet', rotateOrder(OWNER, { ...CAST, multisig: STRANGER.publicKey }, nextBounds())),
  rotate('bounds of another network', 'active', 'wrong_wallet', rotation({ network: of(STRANGER) })),
  rotate('an asset twice', 'active', 'malformed', rotation({ assets: [...bounds().assets, ...bounds().assets] })),
  rotate(
    'any revision, any old key',
    'restored',
    'accepted',
    rotateOrder(OWNER, { ...CAST, agent: STRANGER.publicKey }, nextBounds({ revision: 9 })),
  ),
  rotate(
    'any revision, any old key',
    'lost',
    'accepted',
    rotateOrder(OWNER, { ...CAST, agent: STRANGER.publicKey }, nextBounds({ revision: 9 })),
  ),
  rotate('higher than the last', 'destroyed', 'accepted', rotation({ revision: 9 })),
  rotate('the last again', 'destroyed', 'stale_revision', rotation({ revision: 3 })),
  replace('by the old owner', 'active', 'accepted', replacement(OWNER)),
  replace('by the recovery key', 'active', 'accepted', replacement(RECOVERY)),
  replace('by a stranger', 'active', 'bad_owner_signature', replacement(STRANGER)),
  replace('without the new owner', 'active', 'bad_owner_signature', { ...replacement(OWNER), newOwnerSignature: new Uint8Array(64) }),
  replace('the new owner is the old one', 'active', 'bad_statement', replaceOrder(OWNER, OWNER, CAST, bounds())),
  replace(
    'another old owner',
    'active',
    'bad_statement',
    replaceOrder(OWNER, NEXT_OWNER, { ...CAST, owner: STRANGER.publicKey }, bounds()),
  ),
  replace('a revision left out', 'active', 'stale_revision', replacement(OWNER, { revision: 5 })),
  replace('for the key that waits', 'active', 'wrong_wallet', replacement(OWNER, { agent: of(NEXT_AGENT) })),
  replace('without bounds', 'without bounds', 'no_bounds', replacement(OWNER, { revision: 1 })),
  replace('a restored key', 'restored', 'no_bounds', replacement(OWNER, { revision: 1 })),
  replace('a rotation', 'active', 'bad_statement', { ...rotation(), newOwnerSignature: new Uint8Array(64) }),
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** As `vectors/signer/orders.json` has it. */
export const ordersVector: object = {
  note: 'What is judged about an order; its nonce and its end are judged afterwards. installed: the wallet has the bounds of `installed`.',
  wallet,
  feeAccount: addressOf(CAST.fee),
  createKey: addressOf(CAST.createKey),
  installed: {
    statement: installedOrder.statement,
    ownerSignature: hex(installedOrder.ownerSignature),
    bounds: hex(installedOrder.bounds),
  },
  standings,
  cases: orderCases.map(({ name, standing, operation, outcome, order }) => ({
    ...{ name, standing, operation, outcome, statement: order.statement, ownerSignature: hex(order.ownerSignature) },
    ...(order.newOwnerSignature ? { newOwnerSignature: hex(order.newOwnerSignature) } : {}),
    bounds: hex(order.bounds),
  })),
};

/** The standing of a case, from what a vector says. */
export function standingFrom(vector: OrdersVector, name: string): Standing {
  const standing = vector.standings[name];
  const bytes = Uint8Array.from(Buffer.from(vector.installed.bounds, 'hex'));
  const decoded = decodeBounds(bytes);
  if (!standing || !decoded.ok) throw new Error(`no standing ${name}`);
  const { statement, ownerSignature } = vector.installed;
  const { live, next, restored, lastRevision } = standing;
  const installed = { statement, ownerSignature: Buffer.from(ownerSignature, 'hex'), bytes, bounds: decoded.value };
  return {
    ...{ wallet: vector.wallet, feeAccount: vector.feeAccount, createKey: vector.createKey, live, next, restored, lastRevision },
    installed: standing.installed ? installed : null,
  };
}
export interface OrdersVector {
  readonly wallet: PinnedWallet;
  readonly feeAccount: Address;
  readonly createKey: Address;
  readonly installed: { readonly statement: string; readonly ownerSignature: string; readonly bounds: string };
  readonly standings: {
    readonly [name: string]: Pick<Standing, 'live' | 'next' | 'restored' | 'lastRevision'> & { readonly installed: boolean };
  };
  readonly cases: readonly {
    readonly name: string;
    readonly standing: string;
    readonly operation: OrderCase['operation'];
    readonly outcome: string;
    readonly statement: string;
    readonly ownerSignature: string;
    readonly newOwnerSignature?: string;
    readonly bounds: string;
  }[];
}
