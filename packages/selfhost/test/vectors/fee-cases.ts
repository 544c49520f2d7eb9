import { PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import {
  advanceNonce,
  cancelProposal,
  lockdownMessage,
  noncePair,
  noncePairs,
  removeLimit,
  setConfigAuthority,
  setRentCollector,
} from '../support/kit-builder.ts';
import { budget, compile, key, memo, spendInstruction, spendMessage, withOwnerMessage } from '../support/message-builder.ts';
import { CAST } from '../support/parties.ts';

const stranger = key(99).publicKey;
const of = (...instructions: TransactionInstruction[]): Uint8Array => compile(CAST.fee, instructions);
const shared = { multisigPda: CAST.multisig, configAuthority: CAST.owner };
const permissions = squads.types.Permissions.all();
const addMember = (member: PublicKey): TransactionInstruction =>
  squads.instructions.multisigAddMember({ ...shared, rentPayer: CAST.fee, newMember: { key: member, permissions } });
const threshold = squads.generated.createMultisigChangeThresholdInstruction(
  { multisig: CAST.multisig, configAuthority: CAST.owner, rentPayer: CAST.fee },
  { args: { newThreshold: 1, memo: null } },
);

/** Messages of the fee account: `signed N` counts N against the limit on rent. */
export const feeCases: readonly (readonly [name: string, outcome: string, message: Uint8Array])[] = [
  ['a spend', 'signed 0', spendMessage(CAST)],
  ['a proposal that the owner signs', 'signed 1', withOwnerMessage(CAST)],
  ['owner and agent cancel', 'signed 0', of(...budget(), cancelProposal(CAST, CAST.owner), cancelProposal(CAST, CAST.agent))],
  ['a member more, another away, another config authority', 'signed 1', of(addMember(stranger), setConfigAuthority(CAST, stranger))],
  ['rent collector: the fee account', 'signed 0', of(setRentCollector(CAST, CAST.fee))],
  ['rent collector: a stranger', 'unknown_shape', of(setRentCollector(CAST, stranger))],
  ['rent collector: none', 'unknown_shape', of(setRentCollector(CAST, null))],
  ['config authority: nobody', 'unknown_shape', of(setConfigAuthority(CAST, PublicKey.default))],
  ['config authority: the agent', 'unknown_shape', of(setConfigAuthority(CAST, CAST.agent))],
  ['member: the fee account', 'unknown_shape', of(addMember(CAST.fee))],
  ['another threshold', 'unknown_shape', of(threshold)],
  ['one nonce account', 'signed 1', of(...(await noncePair(CAST)))],
  ['four nonce accounts', 'signed 4', of(...budget(), ...(await noncePairs(CAST, 4)))],
  ['five nonce accounts', 'unknown_shape', of(...(await noncePairs(CAST, 5)))],
  ['a nonce account for a stranger', 'wrong_wallet', of(...(await noncePair(CAST, { authority: stranger })))],
  ['a nonce account with a lamport more', 'unknown_shape', of(...(await noncePair(CAST, { lamports: 1_447_681 })))],
  ['a nonce account at another address', 'unknown_shape', of(...(await noncePair(CAST, { account: stranger })))],
  ['a nonce account and a memo', 'unknown_shape', of(...(await noncePair(CAST)), memo('x'))],
  ['lockdown over two limits', 'signed 0', lockdownMessage(CAST)],
  ['lockdown, legacy', 'signed 0', lockdownMessage(CAST, 'legacy')],
  ['lockdown over a nonce of a stranger', 'wrong_wallet', of(advanceNonce(CAST, stranger), removeLimit(CAST))],
  ['lockdown with compute budget', 'unknown_shape', of(advanceNonce(CAST), ...budget(), removeLimit(CAST))],
  ['lockdown that hands over too', 'unknown_shape', of(advanceNonce(CAST), removeLimit(CAST), setConfigAuthority(CAST, stranger))],
  [
    'lockdown with the rent to a stranger',
    'unknown_shape',
    of(advanceNonce(CAST), removeLimit(CAST, CAST.nativeLimit, { rentCollector: stranger })),
  ],
  ['a durable nonce behind the first place', 'unknown_shape', of(removeLimit(CAST), advanceNonce(CAST))],
  ['a spend over a durable nonce', 'unknown_shape', of(advanceNonce(CAST), spendInstruction(CAST))],
  ['a transfer', 'unknown_shape', of(SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: stranger, lamports: 1 }))],
];
