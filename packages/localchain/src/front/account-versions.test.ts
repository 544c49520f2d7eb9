import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SvmAccount } from '../svm/svm.ts';
import { AccountVersions } from './account-versions.ts';

const holding = (lamports: number): SvmAccount | null =>
  lamports === 0
    ? null
    : { lamports: BigInt(lamports), owner: '11111111111111111111111111111111', executable: false, data: new Uint8Array() };

describe('account versions', () => {
  test('any slot shows what a full copy of the state at its end shows', () => {
    const write = fc.record({ skip: fc.nat(2), address: fc.constantFrom('a', 'b', 'c'), lamports: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const versions = new AccountVersions();
        const state = new Map<string, SvmAccount | null>();
        const copies: Map<string, SvmAccount | null>[] = [new Map()];
        let slot = 0;
        for (const { skip, address, lamports } of writes) {
          for (let i = 0; i < skip; i++) copies[++slot] = new Map(state);
          versions.record(slot, [{ address, before: state.get(address) ?? null, after: holding(lamports) }]);
          state.set(address, holding(lamports));
          copies[slot] = new Map(state);
        }
        for (const [past, copy] of copies.entries()) {
          for (const address of ['a', 'b', 'c']) {
            const version = versions.at(address, past);
            expect(version === undefined ? (state.get(address) ?? null) : version).toEqual(copy.get(address) ?? null);
            expect(versions.changedAfter(past).has(address)).toBe(version !== undefined);
          }
        }
      }),
    );
  });
});
