import type { NonceAccount, WalletAddresses } from '@countersign/core';
import { AccountRole, type Instruction } from '@solana/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { memoInstructions } from '../build/common-instructions.ts';
import { compileMessage } from '../build/compile-message.ts';
import { kitAddress } from '../build/kit-address.ts';
import { buildHandOver, buildLockdown } from '../build/kit-messages.ts';
import { compileDurable } from '../build/nonce-messages.ts';
import { SYSTEM_PROGRAM } from '../build/programs.ts';
import { addMember, type Configuration, removeSpendingLimit, setConfigAuthority } from '../build/squads-instructions.ts';
import { must } from '../test-support/must.ts';
import { contextOf, type TestWallet } from '../test-support/test-wallet.ts';
import { NO_FACTS } from './account-facts.ts';
import { checkHandOver } from './check-kit.ts';
import { decodeMessage } from './decode-message.ts';
import { describeEffect } from './describe-effect.ts';
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
const handOver: KitWorld['handOver'] = (...instructions) => world.handOver(...instructions);
const removal = (): Instruction => removeSpendingLimit(by, limits[0] ?? mallory);

describe('INVARIANT I7: a hand-over can do nothing but make the recovery key config authority', () => {
  test('an honest one passes, with the whole wallet known or only what a kit file holds', () => {
    const bytes = buildHandOver(addresses, recovery, nonce);
    const { multisig, vault, owner } = addresses;
    for (const known of [addresses, { multisig, vault, owner }])
      expect(must(checkHandOver(bytes, known, recovery))).toEqual({ nonceAccount: nonce.address, nonce: nonce.nonce });
    const effects = must(decodeMessage(bytes, contextOf(wallet), NO_FACTS));
    expect(effects.map(describeEffect)[2]).toContain(`Makes ${recovery} the one who configures wallet ${multisig}`);
  });

  test.each<[string, () => Uint8Array]>([
    ['to somebody else', () => handOver(setConfigAuthority(by, mallory))],
    ['twice', () => handOver(setConfigAuthority(by, recovery), setConfigAuthority({ ...by, authority: recovery }, recovery))],
    ['and a member added', () => handOver(setConfigAuthority(by, recovery), addMember({ ...by, payer: recovery }, mallory))],
    [
      'and a limit removed',
      () => handOver(removeSpendingLimit({ ...by, payer: recovery }, limits[0] ?? mallory), setConfigAuthority(by, recovery)),
    ],
    ['of another wallet', () => handOver(setConfigAuthority({ ...by, multisig: other.addresses.multisig }, recovery))],
    ['paid by the fee account', () => lockdown(setConfigAuthority(by, recovery))],
    ['paid by a stranger', () => compileDurable(mallory, nonce, [setConfigAuthority(by, recovery)]).bytes],
    [
      'over a nonce of the recovery key',
      () => compileDurable(recovery, { ...nonce, authority: recovery }, [setConfigAuthority(by, recovery)]).bytes,
    ],
    [
      'that expires',
      () => compileMessage(recovery, [setConfigAuthority(by, recovery)], { blockhash: nonce.nonce, lastValidBlockHeight: 1n }).bytes,
    ],
    [
      'with a rent payer',
      () =>
        handOver({
          ...setConfigAuthority(by, recovery),
          accounts: (setConfigAuthority(by, recovery).accounts ?? []).map((each, at) =>
            at === 2 ? { address: kitAddress(recovery), role: AccountRole.WRITABLE_SIGNER } : each,
          ),
        }),
    ],
    ['a lockdown', () => buildLockdown(addresses, nonce, limits)],
  ])('refused: %s', (_, make) => {
    refused(checkHandOver(make(), addresses, recovery));
  });

  test('a recovery key that is the agent, the fee account or the owner is none', () => {
    for (const key of [addresses.agent, addresses.feeAccount, addresses.owner, addresses.vault, addresses.multisig])
      refused(checkHandOver(compileDurable(key, nonce, [setConfigAuthority(by, key)]).bytes, addresses, key));
  });

  test('every single byte changed: refused, or only the nonce is another', () => {
    const honest = buildHandOver(addresses, recovery, nonce);
    for (let at = 0; at < honest.length; at += 1)
      for (const flip of [1, 2, 3, 4, 8, 16, 32, 64, 127, 128, 255]) {
        const bytes = Uint8Array.from(honest);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const checked = checkHandOver(bytes, addresses, recovery);
        if (!checked.ok) continue;
        const names = [nonce.nonce, nonce.address, checked.value.nonce, checked.value.nonceAccount];
        expect(new Set(names).size, 'at most one of the two names').toBeLessThanOrEqual(3);
        const [told, meant] = [bytes, honest].map((each) => must(decodeMessage(each, contextOf(wallet), NO_FACTS)));
        expect(told?.filter(({ kind }) => kind !== 'durable_nonce')).toEqual(meant?.filter(({ kind }) => kind !== 'durable_nonce'));
      }
  });
});

describe('INVARIANT I5: only a kit stands on a durable nonce', () => {
  test.each<[string, () => readonly Instruction[]]>([
    ['an added member', () => [addMember(by, mallory)]],
    ['an added member beside a removed limit', () => [removal(), addMember(by, mallory)]],
    ['a memo', () => [...memoInstructions('x')]],
    ['a hand-over beside a removed limit', () => [removal(), setConfigAuthority(by, mallory)]],
    ['nothing', () => []],
  ])('with %s the nonce is not understood', (_, steps) => {
    const effects = must(decodeMessage(lockdown(...steps()), contextOf(wallet), NO_FACTS));
    expect(effects.some(({ kind }) => kind === 'durable_nonce')).toBe(false);
    expect(effects.filter(({ kind }) => kind === 'unknown')).toMatchObject([
      { program: SYSTEM_PROGRAM, reason: expect.stringContaining('does not expire') },
    ]);
  });
});
