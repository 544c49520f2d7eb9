import type { Address, BuiltMessage, DomainError, IBlockchainAdapter, Result } from '@countersign/core';
import type { FakeBuilder } from './fake-builder.ts';
import { buildFakeHandOver, buildFakeLockdown, checkFakeHandOver, checkFakeLockdown } from './fake-kits.ts';
import { derivedAddress, type FakeStep } from './fake-message.ts';
import { settingsGroups } from './fake-settings.ts';

/** What changes who controls a wallet. */
export type FakeGovernance = Pick<
  IBlockchainAdapter,
  | 'changeSettings'
  | 'cancelProposals'
  | 'addMember'
  | 'removeMember'
  | 'nonceAddress'
  | 'createNonceAccounts'
  | 'buildLockdown'
  | 'buildHandOver'
  | 'checkLockdown'
  | 'checkHandOver'
>;

const NONCES_A_MESSAGE = 4;
const CANCELS_A_MESSAGE = 4;

/** `room`: how many groups of steps one message holds. `answer` fails while the chain is out of reach. */
export function createFakeGovernance(
  { build }: FakeBuilder,
  room: () => number,
  answer: <T>(value: () => T) => Promise<Result<T, DomainError>>,
): FakeGovernance {
  const govern = (payer: Address, authority: Address, multisig: Address, steps: readonly FakeStep[]): BuiltMessage =>
    build((lifetime) => ({ ...lifetime, kind: 'govern', signers: distinct([payer, authority]), multisig, authority, steps }));
  return {
    changeSettings: ({ addresses, found, wanted }) =>
      answer(() =>
        chunks(settingsGroups(found, wanted), room()).map((groups) =>
          govern(wanted.feeAccount, found.configAuthority, addresses.multisig, groups.flat()),
        ),
      ),
    cancelProposals: ({ addresses, indexes }) =>
      answer(() =>
        chunks(indexes, CANCELS_A_MESSAGE).map((some) => {
          const { multisig, owner, agent, feeAccount } = addresses;
          const steps = some.flatMap((index) => [owner, agent].map((member) => ({ step: 'cancel', member, index: `${index}` }) as const));
          const signers = [feeAccount, owner, agent];
          return build((lifetime) => ({ ...lifetime, kind: 'govern', signers, multisig, authority: null, steps }));
        }),
      ),
    addMember: ({ addresses, member }) =>
      answer(() => govern(addresses.feeAccount, addresses.owner, addresses.multisig, [{ step: 'add_member', member }])),
    removeMember: ({ addresses, member }) =>
      answer(() => govern(addresses.feeAccount, addresses.owner, addresses.multisig, [{ step: 'remove_member', member }])),
    nonceAddress: async (feeAccount, seed) => derivedAddress('nonce', feeAccount, seed),
    createNonceAccounts: ({ feeAccount, authority, seeds }) =>
      answer(() =>
        chunks(seeds, NONCES_A_MESSAGE).map((some) => {
          const accounts = some.map((seed) => derivedAddress('nonce', feeAccount, seed));
          return build((lifetime) => ({ ...lifetime, kind: 'make_nonces', signers: [feeAccount], authority, accounts }));
        }),
      ),
    buildLockdown: async (input) => buildFakeLockdown(input),
    buildHandOver: async (input) => buildFakeHandOver(input),
    checkLockdown: checkFakeLockdown,
    checkHandOver: checkFakeHandOver,
  };
}

function distinct(keys: readonly Address[]): readonly Address[] {
  return [...new Set(keys)];
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const step = Math.max(1, Math.min(size, list.length));
  return Array.from({ length: Math.ceil(list.length / step) }, (_, index) => list.slice(index * step, (index + 1) * step));
}
