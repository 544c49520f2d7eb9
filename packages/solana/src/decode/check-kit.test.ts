import type { Address, NonceAccount, WalletAddresses } from '@countersign/core';
import { AccountRole, createNoopSigner, type Instruction } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { computeBudget, memoInstructions } from '../build/common-instructions.ts';
import { compileMessage } from '../build/compile-message.ts';
import { kitAddress } from '../build/kit-address.ts';
import { buildHandOver, buildLockdown } from '../build/kit-messages.ts';
import { compileDurable } from '../build/nonce-messages.ts';
import { SYSTEM_PROGRAM } from '../build/programs.ts';
import {
  addMember,
  type Configuration,
  changeThreshold,
  removeMember,
  removeSpendingLimit,
  setConfigAuthority,
  setRentCollector,
  setTimeLock,
} from '../build/squads-instructions.ts';
import { must } from '../test-support/must.ts';
import { contextOf, type TestWallet } from '../test-support/test-wallet.ts';
import { NO_FACTS } from './account-facts.ts';
import { checkHandOver, checkLockdown } from './check-kit.ts';
import { decodeMessage } from './decode-message.ts';
import { describeEffect } from './describe-effect.ts';
import { anyInstruction, wellKnownAccounts } from './test-support/any-instruction.ts';
import { type KitWorld, kitWorld, limits, mallory, recovery, refused } from './test-support/kit-world.ts';

let world: KitWorld;
let wallet: TestWallet;
let other: TestWallet;
let addresses: WalletAddresses;
let nonce: NonceAccount;
let by: Configuration;

beforeAll(async () => {
  world = await kitWorld();
  ({ wallet, other, addresses, nonce, by } = world);
});
const lockdown: KitWorld['lockdown'] = (...instructions) => world.lockdown(...instructions);
const removal = (): Instruction => removeSpendingLimit(by, limits[0] ?? mallory);

describe('INVARIANT I7: a lockdown can do nothing but take limits away', () => {
  test('an honest one is told what it removes, and says it in words', () => {
    const bytes = buildLockdown(addresses, nonce, limits);
    expect(must(checkLockdown(bytes, addresses))).toEqual({ nonceAccount: nonce.address, nonce: nonce.nonce, limits });
    const effects = must(decodeMessage(bytes, contextOf(wallet), NO_FACTS));
    expect(effects.map(({ kind }) => kind)).toEqual(['fee', 'durable_nonce', ...limits.map(() => 'governance')]);
    const sentences = effects.map(describeEffect);
    expect(sentences[1]).toContain('does NOT EXPIRE');
    for (const [index, limit] of limits.entries())
      expect(sentences[2 + index]).toBe(`Removes spending limit ${limit} of wallet ${addresses.multisig}.`);
    // As the signer takes it: two signatures of 64 bytes, their count, and nothing that grows.
    expect(1 + 128 + buildLockdown(addresses, nonce, limits.slice(0, 2)).length).toBe(498);
  });

  test.each<[string, () => Uint8Array]>([
    ['nothing to remove', () => lockdown()],
    ['a limit twice', () => lockdown(removal(), removal())],
    ['another multisig', () => lockdown(removeSpendingLimit({ ...by, multisig: other.addresses.multisig }, limits[0] ?? mallory))],
    ['rent to somebody else', () => lockdown(removeSpendingLimit({ ...by, payer: mallory }, limits[0] ?? mallory))],
    ['rent to the owner', () => lockdown(removeSpendingLimit({ ...by, payer: addresses.owner }, limits[0] ?? mallory))],
    ['by the agent', () => lockdown(removeSpendingLimit({ ...by, authority: addresses.agent }, limits[0] ?? mallory))],
    ['a member added', () => lockdown(removal(), addMember(by, mallory))],
    ['a member removed', () => lockdown(removal(), removeMember(by, addresses.agent))],
    ['threshold 1', () => lockdown(removal(), changeThreshold(by, 1))],
    ['no time lock', () => lockdown(removal(), setTimeLock(by, 0))],
    ['the config authority', () => lockdown(removal(), setConfigAuthority(by, mallory))],
    ['the rent collector', () => lockdown(removal(), setRentCollector(by, mallory))],
    ['a compute budget', () => lockdown(...computeBudget(1_000, 0n), removal())],
    ['a priority fee', () => lockdown(removal(), ...computeBudget(1_400_000, 1_000_000n))],
    ['a memo', () => lockdown(removal(), ...memoInstructions('hello'))],
    [
      'a transfer of the fee account',
      () =>
        lockdown(
          removal(),
          getTransferSolInstruction({
            source: createNoopSigner(kitAddress(addresses.feeAccount)),
            destination: kitAddress(mallory),
            amount: 1n,
          }),
        ),
    ],
    ['no nonce', () => compileMessage(addresses.feeAccount, [removal()], { blockhash: nonce.nonce, lastValidBlockHeight: 1n }).bytes],
    [
      'the nonce last',
      () => {
        const advance = compileable(addresses.owner);
        return compileMessage(addresses.feeAccount, [removal(), advance], { blockhash: nonce.nonce, lastValidBlockHeight: 1n }).bytes;
      },
    ],
    ['the nonce twice', () => lockdown(compileable(addresses.owner), removal())],
    ["somebody else's nonce", () => compileDurable(addresses.feeAccount, { ...nonce, authority: mallory }, [removal()]).bytes],
    [
      'a nonce of the fee account',
      () => compileDurable(addresses.feeAccount, { ...nonce, authority: addresses.feeAccount }, [removal()]).bytes,
    ],
    ['another fee payer', () => compileDurable(mallory, nonce, [removal()]).bytes],
    ['the owner as fee payer', () => compileDurable(addresses.owner, nonce, [removal()]).bytes],
    [
      'one more signer',
      () =>
        lockdown({
          ...removal(),
          accounts: (removal().accounts ?? []).map((each, at) => (at === 0 ? { ...each, role: AccountRole.READONLY_SIGNER } : each)),
        }),
    ],
    [
      'the multisig writable',
      () =>
        lockdown({
          ...removal(),
          accounts: (removal().accounts ?? []).map((each, at) => (at === 0 ? { ...each, role: AccountRole.WRITABLE } : each)),
        }),
    ],
    [
      'one more account',
      () =>
        lockdown({ ...removal(), accounts: [...(removal().accounts ?? []), { address: kitAddress(mallory), role: AccountRole.WRITABLE }] }),
    ],
    ['a hand-over', () => buildHandOver(addresses, recovery, nonce)],
    ['a byte more', () => Uint8Array.from([...buildLockdown(addresses, nonce, limits), 0])],
    ['a byte less', () => buildLockdown(addresses, nonce, limits).slice(0, -1)],
    ['nothing', () => new Uint8Array()],
    ['a byte more in the data of an instruction', () => lockdown({ ...removal(), data: Uint8Array.from([...(removal().data ?? []), 0]) })],
    [
      'a memo of Squads',
      () => lockdown({ ...removal(), data: Uint8Array.from([...(removal().data ?? []).slice(0, -1), 1, 1, 0, 0, 0, 65]) }),
    ],
    ['a legacy message', () => buildLockdown(addresses, nonce, limits).slice(1, -1)],
    ['version 1', () => Uint8Array.from([0x81, ...buildLockdown(addresses, nonce, limits).slice(1)])],
    [
      'a lookup table',
      () => Uint8Array.from([...buildLockdown(addresses, nonce, limits).slice(0, -1), 1, ...new Array<number>(32).fill(7), 1, 0, 0]),
    ],
    ['a limit that is the nonce account', () => lockdown(removeSpendingLimit(by, nonce.address))],
    ['a limit that is the fee account', () => lockdown(removeSpendingLimit(by, addresses.feeAccount))],
  ])('refused: %s', (_, make) => {
    refused(checkLockdown(make(), addresses));
  });

  test('made for another wallet, or told of a vault that is not its own, it is refused', () => {
    const bytes = buildLockdown(addresses, nonce, limits);
    refused(checkLockdown(bytes, other.addresses));
    refused(checkLockdown(bytes, { ...addresses, vault: other.addresses.vault }));
    refused(checkLockdown(bytes, { ...addresses, owner: mallory }));
    refused(checkLockdown(bytes, { ...addresses, feeAccount: mallory }));
  });

  test('every single byte changed to anything: refused, or it still only removes limits of this wallet, and says which', () => {
    const honest = buildLockdown(addresses, nonce, limits);
    let passed = 0;
    for (let at = 0; at < honest.length; at += 1)
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255, 0x5a]) {
        const bytes = Uint8Array.from(honest);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const checked = checkLockdown(bytes, addresses);
        if (!checked.ok) continue;
        passed += 1;
        // Nothing but names has changed: of a limit, of the nonce account, or the nonce.
        const { limits: removed, nonce: value, nonceAccount } = checked.value;
        expect(removed).toHaveLength(limits.length);
        const changes = [
          ...removed.filter((limit) => !limits.includes(limit)),
          ...(value === nonce.nonce ? [] : [value]),
          ...(nonceAccount === nonce.address ? [] : [nonceAccount]),
        ];
        expect(changes.length).toBeLessThanOrEqual(1);
        onlyTakesRightsAway(bytes);
      }
    expect(passed).toBeGreaterThan(0);
  });

  test('bytes cut, repeated, inserted and shuffled never pass as anything else', () => {
    const honest = buildLockdown(addresses, nonce, limits);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const bytes = mutations.reduce(mutate, honest);
        if (checkLockdown(bytes, addresses).ok) onlyTakesRightsAway(bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  test('hostile messages of any instructions never pass', () => {
    const vault = addresses.vault;
    const accounts = wellKnownAccounts(vault, [mallory, addresses.agent, addresses.owner, addresses.feeAccount], [mallory]);
    const strangers = fc.array(anyInstruction(vault, accounts, mallory), { minLength: 1, maxLength: 3 });
    const ours = fc.constantFrom(
      removal(),
      addMember(by, mallory),
      removeMember(by, addresses.owner),
      changeThreshold(by, 1),
      setConfigAuthority(by, mallory),
      setRentCollector(by, mallory),
      removeSpendingLimit({ ...by, payer: mallory }, limits[1] ?? mallory),
    );
    fc.assert(
      fc.property(strangers, fc.array(ours, { maxLength: 4 }), fc.boolean(), (hostile, steps, first) => {
        const bytes = lockdown(...(first ? [...hostile, ...steps] : [...steps, ...hostile]));
        refused(checkLockdown(bytes, addresses));
        refused(checkHandOver(bytes, addresses, recovery));
      }),
      { numRuns: 800 },
    );
    fc.assert(
      fc.property(fc.array(ours, { minLength: 1, maxLength: 5 }), (steps) => {
        const bytes = lockdown(...steps);
        if (checkLockdown(bytes, addresses).ok) onlyTakesRightsAway(bytes);
        else expect(steps.length > 1 || steps[0] !== undefined).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** What was decoded from bytes that passed, looked at once more by kind. */
function onlyTakesRightsAway(bytes: Uint8Array): void {
  const effects = must(decodeMessage(bytes, contextOf(wallet), NO_FACTS));
  for (const effect of effects) {
    if (effect.kind === 'fee') expect(effect).toMatchObject({ payer: addresses.feeAccount, amountLamports: 10_000n });
    else if (effect.kind === 'governance') expect(effect).toMatchObject({ action: 'remove_limit', wallet: addresses.multisig });
    else expect(effect).toMatchObject({ kind: 'durable_nonce', authority: addresses.owner });
  }
}

function compileable(authority: Address): Instruction {
  return {
    programAddress: kitAddress(SYSTEM_PROGRAM),
    accounts: [
      { address: kitAddress(nonce.address), role: AccountRole.WRITABLE },
      { address: kitAddress('SysvarRecentB1ockHashes11111111111111111111' as Address), role: AccountRole.READONLY },
      { address: kitAddress(authority), role: AccountRole.READONLY_SIGNER },
    ],
    data: Uint8Array.of(4, 0, 0, 0),
  };
}

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), byte: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(), byte: fc.nat(40) }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), byte: fc.nat(40) }),
);
function mutate(bytes: Uint8Array, { kind, at, byte }: { readonly kind: string; readonly at: number; readonly byte: number }): Uint8Array {
  const place = at % (bytes.length + 1);
  const [head, tail] = [[...bytes.subarray(0, place)], [...bytes.subarray(place)]];
  if (kind === 'flip') return Uint8Array.from([...head, (tail[0] ?? 0) ^ byte, ...tail.slice(1)]);
  if (kind === 'insert') return Uint8Array.from([...head, byte, ...tail]);
  if (kind === 'remove') return Uint8Array.from([...head, ...tail.slice(1 + byte)]);
  return Uint8Array.from([...head, ...tail.slice(0, byte), ...tail]);
}
