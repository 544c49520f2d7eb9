import type { Address, Effect } from '@countersign/core';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';
import { numbered } from './numbered.ts';
import { type AnyStep, authorityChange, nothing, refused, type Shape, shape } from './shape.ts';

const KINDS = ['stake authority', 'withdraw authority'];

function kind(args: ByteReader): string {
  const found = KINDS[args.u32()];
  if (found === undefined) throw new Malformed('changes a stake authority that is not understood');
  return found;
}

const staker = (args: ByteReader): readonly [Address, Address] => [args.address(), args.address()];

/** i64, u64, custodian. */
function lockup(args: ByteReader): Address {
  args.i64();
  args.u64();
  return args.address();
}

function stake(name: string, words: (account: Address) => string, read: (args: ByteReader) => unknown = nothing): Shape {
  return shape(`Stake ${name}`, ['w'], read, (step) => refused(step, words(step.accounts[0])), 'more');
}

function initialized(step: AnyStep, account: Address, [stakes, withdraws]: readonly [Address, Address]): readonly Effect[] {
  const first = authorityChange(step, account, KINDS[0] ?? '', stakes);
  return step.scope.standing === 'called' ? first : [...first, ...authorityChange(step, account, KINDS[1] ?? '', withdraws)];
}

/** Stake program (solana-stake-interface, bincode): u32 instruction number, then its arguments. */
const SHAPES: readonly Shape[] = [
  shape(
    'Stake Initialize',
    ['w', '-'],
    (args) => {
      const authorized = staker(args);
      lockup(args);
      return authorized;
    },
    (step) => initialized(step, step.accounts[0], step.args),
  ),
  shape(
    'Stake Authorize',
    ['w'],
    (args) => ({ to: args.address(), kind: kind(args) }),
    (step) => authorityChange(step, step.accounts[0], step.args.kind, step.args.to),
    'more',
  ),
  stake('DelegateStake', (account) => `delegates stake ${account}`),
  stake(
    'Split',
    (account) => `splits stake ${account}`,
    (args) => args.u64(),
  ),
  stake(
    'Withdraw',
    (account) => `withdraws from stake ${account}`,
    (args) => args.u64(),
  ),
  stake('Deactivate', (account) => `ends stake ${account}`),
  stake(
    'SetLockup',
    (account) => `locks stake ${account}`,
    (args) => [args.option(() => args.i64()), args.option(() => args.u64()), args.option(() => args.address())],
  ),
  stake('Merge', (account) => `merges stakes into ${account}`),
  shape(
    'Stake AuthorizeWithSeed',
    ['w'],
    (args) => ({ to: args.address(), kind: kind(args), seed: args.seed(), owner: args.address() }),
    (step) => authorityChange(step, step.accounts[0], step.args.kind, step.args.to),
    'more',
  ),
  shape('Stake InitializeChecked', ['w', '-', '-', 's'], nothing, (step) =>
    initialized(step, step.accounts[0], [step.accounts[2], step.accounts[3]]),
  ),
  shape(
    'Stake AuthorizeChecked',
    ['w', '-', 's', 's'],
    kind,
    (step) => authorityChange(step, step.accounts[0], step.args, step.accounts[3]),
    'more',
  ),
  shape(
    'Stake AuthorizeCheckedWithSeed',
    ['w', 's', '-', 's'],
    (args) => ({ kind: kind(args), seed: args.seed(), owner: args.address() }),
    (step) => authorityChange(step, step.accounts[0], step.args.kind, step.accounts[3]),
    'more',
  ),
  stake(
    'SetLockupChecked',
    (account) => `locks stake ${account}`,
    (args) => [args.option(() => args.i64()), args.option(() => args.u64())],
  ),
  shape('Stake GetMinimumDelegation', [], nothing, (step) => refused(step, 'asks for the least stake'), 'more'),
  stake('DeactivateDelinquent', (account) => `ends stake ${account}`),
  stake('Redelegate', (account) => `moves stake ${account} to another validator`),
  stake(
    'MoveStake',
    (account) => `moves stake out of ${account}`,
    (args) => args.u64(),
  ),
  stake(
    'MoveLamports',
    (account) => `moves lamports out of stake ${account}`,
    (args) => args.u64(),
  ),
];

export const decodeStake: InstructionDecoder = numbered('Stake', SHAPES);
