import { Keypair, PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepare, statusOf, type WalletStatus } from '../../test/support/key-changes.ts';
import { addressOf, type Cast } from '../../test/support/message-builder.ts';
import {
  type BoundsOrder,
  boundsFor,
  destroyOrder,
  installOrder,
  replaceOrder,
  rotateOrder,
  signAs,
} from '../../test/support/owner-side.ts';
import {
  enrollWithBounds,
  manualClock,
  OWNER_KEY,
  openTestSigner,
  type TestSigner,
  temporaryDirectory,
  WALLET,
} from '../../test/support/test-signer.ts';

/** Valid orders that are never sent as they are: whatever is made of them must change nothing. */
type Orders = { readonly [operation: string]: Record<string, unknown> };
const [NEXT, STRANGER] = [Keypair.generate(), Keypair.generate()];
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let signer: TestSigner;
let cast: Cast;
let orders: Orders;
let before: WalletStatus;
beforeAll(async () => {
  directory = await temporaryDirectory();
  signer = await openTestSigner(directory.path, manualClock());
  cast = await enrollWithBounds(signer);
  const prepared = await prepare(signer, cast);
  orders = {
    rotate_key: { ...rotateOrder(OWNER_KEY, cast, boundsFor(prepared, { revision: 2 })) },
    replace_owner: { ...replaceOrder(OWNER_KEY, NEXT, cast, boundsFor(cast, { revision: 2 })) },
    install_bounds: { ...installOrder(OWNER_KEY, cast, boundsFor(cast, { revision: 2, feeCapLamports: 7n })) },
    destroy_key: { ...destroyOrder(OWNER_KEY, cast) },
  };
  before = await statusOf(signer);
});
afterAll(async () => {
  await signer.signer.close();
  await directory.remove();
});
const operations = ['rotate_key', 'replace_owner', 'install_bounds', 'destroy_key'] as const;
const fields = ['statement', 'ownerSignature', 'newOwnerSignature', 'bounds'] as const;

const unchanged = async (operation: string, order: object): Promise<void> => {
  expect(await signer.code(operation, { walletId: WALLET, ...order })).not.toBe('ok');
  expect(await statusOf(signer)).toEqual(before);
};
const edit = (value: unknown, at: number, remove: number, insert: Uint8Array): unknown => {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value as Uint8Array);
  const place = at % (bytes.length + 1);
  const edited = Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + remove)]);
  return typeof value === 'string' ? edited.toString() : Uint8Array.from(edited);
};
const isSame = (one: unknown, other: unknown): boolean =>
  typeof one === 'string' ? one === other : Buffer.compare(one as Uint8Array, other as Uint8Array) === 0;

describe('INVARIANT I6: no mutation of a valid order changes a key, an owner or bounds', () => {
  test('any field edited, one or several times', async () => {
    const edits = fc.array(fc.tuple(fc.constantFrom(...fields), fc.nat(5_000), fc.nat(3), fc.uint8Array({ maxLength: 3 })), {
      minLength: 1,
      maxLength: 3,
    });
    const property = fc.asyncProperty(fc.constantFrom(...operations), edits, async (operation, list) => {
      const valid = orders[operation] ?? {};
      const mutant = { ...valid };
      for (const [name, at, remove, insert] of list) if (name in mutant) mutant[name] = edit(mutant[name], at, remove, insert);
      if (Object.keys(valid).every((name) => isSame(valid[name], mutant[name]))) return;
      await unchanged(operation, mutant);
    });
    await fc.assert(property, { numRuns: 1_500 });
  });
  test('any line of a statement changed, and signed by whoever is not the owner', async () => {
    const values = [
      '1',
      '2',
      '3',
      addressOf(STRANGER.publicKey),
      'a'.repeat(64),
      'rotate-agent-key',
      'replace-owner-key',
      'install-policy',
      '',
    ];
    const change = fc.record({
      operation: fc.constantFrom(...operations),
      line: fc.nat(12),
      value: fc.constantFrom(...values),
      by: fc.constantFrom(STRANGER, NEXT),
    });
    const property = fc.asyncProperty(change, async ({ operation, line, value, by }) => {
      const valid = orders[operation] ?? {};
      const lines = String(valid['statement']).split('\n');
      const at = line % (lines.length - 1);
      lines[at] = `${lines[at]?.split(': ')[0]}: ${value}`;
      const statement = lines.join('\n');
      if (statement === valid['statement']) return;
      const signature = signAs(by, Buffer.from(statement));
      await unchanged(operation, { ...valid, statement });
      await unchanged(operation, { ...valid, statement, ownerSignature: signature });
      if (operation === 'replace_owner')
        await unchanged(operation, { ...valid, statement, ownerSignature: signature, newOwnerSignature: signature });
    });
    await fc.assert(property, { numRuns: 400 });
  });
  test('parts of different orders, and an order given to another operation', async () => {
    const some = fc.constantFrom(...operations);
    const property = fc.asyncProperty(some, fc.array(some, { minLength: 4, maxLength: 4 }), async (operation, from) => {
      const mixed = Object.fromEntries(
        fields.map((name, index) => [name, orders[from[index] ?? operation]?.[name]]).filter(([, value]) => value),
      );
      if (fields.every((name) => mixed[name] === orders[operation]?.[name])) return;
      await unchanged(operation, mixed);
    });
    await fc.assert(property, { numRuns: 400 });
  });
  test('afterwards each order as it is has its effect', async () => {
    const rotation = orders['rotate_key'] as unknown as BoundsOrder;
    expect(await signer.code('rotate_key', { walletId: WALLET, ...rotation })).toBe('ok');
    const agent = new PublicKey((await statusOf(signer)).agentPublicKey);
    const order = replaceOrder(OWNER_KEY, NEXT, cast, boundsFor({ ...cast, agent }, { revision: 3 }));
    expect(await signer.code('replace_owner', { walletId: WALLET, ...order })).toBe('ok');
    const destroys = destroyOrder(NEXT, { ...cast, agent });
    expect(await signer.code('destroy_key', { walletId: WALLET, ...destroys })).toBe('ok');
  });
});
