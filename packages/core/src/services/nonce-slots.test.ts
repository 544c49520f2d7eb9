import { expect, test } from 'vitest';
import { type Address, address } from '../domain/address.ts';
import { encodeBase58 } from '../domain/base58.ts';
import { sha256 } from '../domain/hash.ts';
import { makeId } from '../domain/ids.ts';
import { ok } from '../domain/result.ts';
import type { NonceAccount } from '../ports/blockchain-adapter.ts';
import { nonceSeed, readNonceSlots } from './nonce-slots.ts';

const key = (text: string): Address => address(encodeBase58(sha256(text)));
const wallet = { id: makeId('wallet', 1, new Uint8Array(10)), feeAccount: key('fee'), owner: key('owner') };
const seedOf = (slot: number): string => nonceSeed(wallet.id, 'lockdown', slot);
const at = (slot: number): Address => key(seedOf(slot));

function chainOf(accounts: readonly NonceAccount[]): Parameters<typeof readNonceSlots>[0] {
  return {
    nonceAddress: async (_fee, seed) => key(seed),
    readNonceAccounts: async (addresses) => ok(addresses.map((each) => accounts.find((account) => account.address === each) ?? null)),
  };
}

test('seeds are of 31 characters, one for each wallet, purpose and slot', () => {
  const other = makeId('wallet', 2, new Uint8Array(10));
  const seeds = [wallet.id, other].flatMap((id) =>
    (['lockdown', 'recovery'] as const).flatMap((purpose) => [0, 9, 10, 79].map((slot) => nonceSeed(id, purpose, slot))),
  );
  expect(new Set(seeds).size).toBe(16);
  for (const seed of seeds) expect(seed).toMatch(/^cs[0-9A-Z]{26}[lr][0-9]{2}$/);
});

test("an account of another authority, and one that a live kit stands on, are passed over; a kit's moved nonce is free again", async () => {
  const nonce = (slot: number, authority = wallet.owner): NonceAccount => ({ address: at(slot), authority, nonce: `value ${slot}` });
  const live = [
    { nonceAccount: at(1), nonce: 'value 1' },
    { nonceAccount: at(2), nonce: 'a former value' },
  ];
  const read = await readNonceSlots(chainOf([nonce(0, key('former owner')), nonce(1), nonce(2)]), wallet, 'lockdown', live, 3);
  if (!read.ok) throw new Error(read.error.code);
  expect(read.value.ready.map(({ address: each }) => each)).toEqual([at(2)]);
  expect(read.value.free.slice(0, 2).map(({ address: each }) => each)).toEqual([at(3), at(4)]);
});

test('rent is paid for so many accounts and no more', async () => {
  const taken = Array.from({ length: 79 }, (_, slot): NonceAccount => ({ address: at(slot), authority: key('former owner'), nonce: 'x' }));
  expect(await readNonceSlots(chainOf(taken), wallet, 'lockdown', [], 2)).toMatchObject({ ok: false, error: { code: 'kit_invalid' } });
  expect((await readNonceSlots(chainOf(taken), wallet, 'lockdown', [], 1)).ok).toBe(true);
});
