import type { Address } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import {
  Authorized,
  Lockup,
  PublicKey,
  StakeAuthorizationLayout,
  StakeProgram,
  VoteAuthorizationLayout,
  VoteProgram,
} from '@solana/web3.js';
import { testKey } from '../../test-support/test-key.ts';
import { STAKE } from '../addresses/programs.ts';
import { byHand, kitInstruction, mallory, recipient, u32, u64 } from './call-world.ts';
import { bytesOf } from './chain-accounts.ts';

/** Name, instruction, and kinds of effects with the authority or the words that they name. */
export type NativeCase = readonly [string, () => Instruction, readonly (readonly [string, string])[]];

export const account: Address = testKey('a native account').address;
export const key = (text: Address): PublicKey => new PublicKey(text);
const last = (made: { readonly instructions: readonly Parameters<typeof kitInstruction>[0][] }): Instruction => {
  const found = made.instructions.at(-1);
  if (!found) throw new Error('no instruction');
  return kitInstruction(found);
};

/** Instructions of the Stake and the Vote program. */
export function stakeAndVoteCases(vaultOf: () => Address): readonly NativeCase[] {
  return [
    [
      'Stake Initialize',
      () =>
        kitInstruction(
          StakeProgram.initialize({
            stakePubkey: key(account),
            authorized: new Authorized(key(mallory), key(recipient)),
            lockup: new Lockup(0, 0, PublicKey.default),
          }),
        ),
      [
        ['authority_change', 'stake authority'],
        ['authority_change', 'withdraw authority'],
      ],
    ],
    [
      'Stake Authorize',
      () =>
        last(
          StakeProgram.authorize({
            stakePubkey: key(account),
            authorizedPubkey: key(vaultOf()),
            newAuthorizedPubkey: key(mallory),
            stakeAuthorizationType: StakeAuthorizationLayout.Withdrawer,
          }),
        ),
      [['authority_change', 'withdraw authority']],
    ],
    [
      'Stake AuthorizeWithSeed',
      () =>
        last(
          StakeProgram.authorizeWithSeed({
            stakePubkey: key(account),
            authorityBase: key(vaultOf()),
            authoritySeed: 's',
            authorityOwner: key(mallory),
            newAuthorizedPubkey: key(mallory),
            stakeAuthorizationType: StakeAuthorizationLayout.Staker,
          }),
        ),
      [['authority_change', 'stake authority']],
    ],
    [
      'Stake DelegateStake',
      () => last(StakeProgram.delegate({ stakePubkey: key(account), authorizedPubkey: key(vaultOf()), votePubkey: key(mallory) })),
      [['unknown', 'delegates stake']],
    ],
    [
      'Stake Split',
      () =>
        last(
          StakeProgram.split(
            {
              stakePubkey: key(account),
              authorizedPubkey: key(vaultOf()),
              splitStakePubkey: key(mallory),
              lamports: 5,
            },
            9,
          ),
        ),
      [['unknown', 'splits stake']],
    ],
    [
      'Stake Merge',
      () => last(StakeProgram.merge({ stakePubkey: key(account), sourceStakePubKey: key(mallory), authorizedPubkey: key(vaultOf()) })),
      [['unknown', 'merges']],
    ],
    [
      'Stake Withdraw',
      () =>
        last(StakeProgram.withdraw({ stakePubkey: key(account), authorizedPubkey: key(vaultOf()), toPubkey: key(mallory), lamports: 5 })),
      [['unknown', 'withdraws']],
    ],
    [
      'Stake Deactivate',
      () => last(StakeProgram.deactivate({ stakePubkey: key(account), authorizedPubkey: key(vaultOf()) })),
      [['unknown', 'ends stake']],
    ],
    [
      'Stake AuthorizeChecked',
      () =>
        byHand(
          STAKE,
          [
            ['w', account],
            ['-', mallory],
            ['s', vaultOf()],
            ['s', vaultOf()],
          ],
          [...u32(10), ...u32(1)],
        ),
      [['authority_change', 'withdraw authority']],
    ],
    [
      'Stake SetLockup',
      () =>
        byHand(
          STAKE,
          [
            ['w', account],
            ['s', vaultOf()],
          ],
          [...u32(6), 1, ...u64(1n), 0, 1, ...bytesOf(mallory)],
        ),
      [['unknown', 'locks stake']],
    ],
    [
      'Stake MoveLamports',
      () =>
        byHand(
          STAKE,
          [
            ['w', account],
            ['w', mallory],
            ['s', vaultOf()],
          ],
          [...u32(17), ...u64(1n)],
        ),
      [['unknown', 'moves lamports']],
    ],
    [
      'Vote Authorize',
      () =>
        last(
          VoteProgram.authorize({
            votePubkey: key(account),
            authorizedPubkey: key(vaultOf()),
            newAuthorizedPubkey: key(mallory),
            voteAuthorizationType: VoteAuthorizationLayout.Withdrawer,
          }),
        ),
      [['authority_change', 'vote withdraw authority']],
    ],
    [
      'Vote AuthorizeWithSeed',
      () =>
        last(
          VoteProgram.authorizeWithSeed({
            votePubkey: key(account),
            currentAuthorityDerivedKeyBasePubkey: key(vaultOf()),
            currentAuthorityDerivedKeyOwnerPubkey: key(mallory),
            currentAuthorityDerivedKeySeed: 's',
            newAuthorizedPubkey: key(mallory),
            voteAuthorizationType: VoteAuthorizationLayout.Voter,
          }),
        ),
      [['authority_change', 'voting authority']],
    ],
  ];
}
