import { readFileSync } from 'node:fs';
import { type Address, type AssetId, decodeBase58, encodeBase58 } from '@countersign/core';
import { isOffCurveAddress } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOnCurve } from '../decode/addresses/on-curve.ts';
import { TOKEN } from '../decode/addresses/programs.ts';
import * as derived from '../decode/addresses/squads-addresses.ts';
import { tokenAccountOf } from '../decode/addresses/token-account-of.ts';
import { kitAddress } from './kit-address.ts';
import { limitCreateKey } from './limit-create-key.ts';
import * as built from './pda.ts';

interface Vectors {
  readonly programConfig: Address;
  readonly wallets: readonly {
    readonly createKey: Address;
    readonly multisig: Address;
    readonly vault: Address;
    readonly proposals: readonly { readonly index: string; readonly transaction: Address; readonly proposal: Address }[];
    readonly limits: readonly {
      readonly revision: number;
      readonly asset: AssetId;
      readonly createKey: Address;
      readonly spendingLimit: Address;
    }[];
    readonly tokenAccounts: readonly { readonly owner: Address; readonly mint: Address; readonly account: Address }[];
  }[];
  readonly curve: readonly { readonly bytes: string; readonly onCurve: boolean }[];
}
const vectors = JSON.parse(readFileSync(new URL('../../../../vectors/pda/squads.json', import.meta.url), 'utf8')) as Vectors;

describe("addresses as Squads' own client derives them (vectors/pda/squads.json)", () => {
  test('program config', async () => {
    expect(await built.programConfigAddress()).toBe(vectors.programConfig);
    expect(derived.programConfigOf()).toBe(vectors.programConfig);
  });
  test.each(vectors.wallets.map((wallet) => [wallet.createKey, wallet] as const))('wallet of %s', async (createKey, wallet) => {
    const { multisig, vault } = wallet;
    expect(await built.multisigAddress(createKey)).toBe(multisig);
    expect(derived.multisigOf(createKey)).toBe(multisig);
    expect(await built.vaultAddress(multisig)).toBe(vault);
    expect(derived.vaultOf(multisig)).toBe(vault);
    for (const { index, transaction, proposal } of wallet.proposals) {
      expect(await built.transactionAddress(multisig, BigInt(index))).toBe(transaction);
      expect(derived.transactionOf(multisig, BigInt(index))).toBe(transaction);
      expect(await built.proposalAddress(multisig, BigInt(index))).toBe(proposal);
      expect(derived.proposalOf(multisig, BigInt(index))).toBe(proposal);
    }
    for (const { revision, asset, createKey: limitKey, spendingLimit } of wallet.limits) {
      expect(limitCreateKey(multisig, revision, asset)).toBe(limitKey);
      expect(await built.spendingLimitAddress(multisig, limitKey)).toBe(spendingLimit);
      expect(derived.spendingLimitOf(multisig, limitKey)).toBe(spendingLimit);
    }
    for (const { owner, mint, account } of wallet.tokenAccounts) {
      expect(await built.tokenAccountAddress(owner, mint)).toBe(account);
      expect(tokenAccountOf(owner, mint, TOKEN)).toBe(account);
    }
  });
});

describe('points of the curve', () => {
  test.each(vectors.curve.map(({ bytes, onCurve }) => [bytes, onCurve] as const))('%s: %s', (bytes, onCurve) => {
    expect(isOnCurve(Buffer.from(bytes, 'hex'))).toBe(onCurve);
  });
  test('a y that is not reduced counts as its remainder, as in the runtime (JavaScript clients refuse it)', () => {
    expect(isOnCurve(Uint8Array.of(0xed, ...new Array<number>(30).fill(0xff), 0x7f))).toBe(true);
  });
  test('as Kit sees them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(isOnCurve(bytes)).toBe(!isOffCurveAddress(kitAddress(encodeBase58(bytes) as Address)));
      }),
      { numRuns: 500 },
    );
    for (const { vault } of vectors.wallets) expect(isOnCurve(decodeBase58(vault) ?? new Uint8Array())).toBe(false);
  });
});
