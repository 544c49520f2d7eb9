import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';
import { numbered } from './numbered.ts';
import { authorityChange, refusedShape, type Shape, shape } from './shape.ts';

const KINDS = ['voting authority', 'vote withdraw authority'];

/** The third kind carries a BLS key and its proof, which are not looked at. */
function kind(args: ByteReader): string {
  const number = args.u32();
  const found = KINDS[number];
  if (found === undefined) throw new Malformed(`changes vote authority ${number}, which is not understood`);
  return found;
}

const votes = (name: string): Shape => refusedShape(`Vote ${name}`, 'votes as a validator');
const sets = (name: string, words: string): Shape => refusedShape(`Vote ${name}`, words);

/** Vote program (solana-vote-interface, bincode): u32 instruction number, then its arguments. */
const SHAPES: readonly Shape[] = [
  sets('InitializeAccount', 'begins a vote account'),
  shape(
    'Vote Authorize',
    ['w'],
    (args) => ({ to: args.address(), kind: kind(args) }),
    (step) => authorityChange(step, step.accounts[0], step.args.kind, step.args.to),
    'more',
  ),
  votes('Vote'),
  sets('Withdraw', 'withdraws from a vote account'),
  sets('UpdateValidatorIdentity', 'changes the validator of a vote account'),
  sets('UpdateCommission', 'changes the commission of a vote account'),
  votes('VoteSwitch'),
  shape('Vote AuthorizeChecked', ['w', '-', 's', 's'], kind, (step) =>
    authorityChange(step, step.accounts[0], step.args, step.accounts[3]),
  ),
  votes('UpdateVoteState'),
  votes('UpdateVoteStateSwitch'),
  shape(
    'Vote AuthorizeWithSeed',
    ['w', '-', 's'],
    (args) => ({ kind: kind(args), owner: args.address(), seed: args.seed(), to: args.address() }),
    (step) => authorityChange(step, step.accounts[0], step.args.kind, step.args.to),
  ),
  shape(
    'Vote AuthorizeCheckedWithSeed',
    ['w', '-', 's', 's'],
    (args) => ({ kind: kind(args), owner: args.address(), seed: args.seed() }),
    (step) => authorityChange(step, step.accounts[0], step.args.kind, step.accounts[3]),
  ),
  votes('CompactUpdateVoteState'),
  votes('CompactUpdateVoteStateSwitch'),
  votes('TowerSync'),
  votes('TowerSyncSwitch'),
  sets('InitializeAccountV2', 'begins a vote account'),
  sets('UpdateCommissionCollector', 'changes who gets the commission of a vote account'),
  sets('UpdateCommissionBps', 'changes the commission of a vote account'),
  sets('DepositDelegatorRewards', 'pays rewards into a vote account'),
];

export const decodeVote: InstructionDecoder = numbered('Vote', SHAPES);
