import { LOADER_UPGRADEABLE, LOADER_V4 } from '../addresses/programs.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { Malformed } from '../bytes/malformed.ts';
import type { InstructionDecoder } from '../scope.ts';
import { isOurs } from '../wallet-accounts.ts';
import { numbered } from './numbered.ts';
import { authorityChange, foreign, nothing, refused, type Shape, shape } from './shape.ts';

/** u32 offset, then bytes with a u64 length. */
function written(args: ByteReader): null {
  args.u32();
  if (args.u64() !== BigInt(args.remaining)) throw new Malformed('has bytes of another length');
  args.rest();
  return null;
}

/** Loaders 1 and 2 (loader-v2-interface): 0 Write, 1 Finalize. */
const EARLY: readonly Shape[] = [
  shape('BPF Loader Write', ['ws'], written, (step) => refused(step, `writes a program into ${step.accounts[0]}`)),
  shape('BPF Loader Finalize', ['ws', '-'], nothing, (step) => refused(step, `makes ${step.accounts[0]} a program`)),
];

/** The upgradeable loader (loader-v3-interface, bincode). */
const UPGRADEABLE: readonly Shape[] = [
  shape(
    'Upgradeable Loader InitializeBuffer',
    ['w'],
    nothing,
    (step) => authorityChange(step, step.accounts[0], 'buffer authority', step.more[0]?.address ?? null),
    'more',
  ),
  shape('Upgradeable Loader Write', ['w', 's'], written, (step) => refused(step, `writes a program into buffer ${step.accounts[0]}`)),
  shape(
    'Upgradeable Loader DeployWithMaxDataLen',
    ['ws', 'w', 'w', 'w', '-', '-', '-', 's'],
    (args) => ({ bytes: args.u64(), ...deployment(args) }),
    (step) => authorityChange(step, step.accounts[2], 'upgrade authority', step.accounts[7]),
  ),
  shape('Upgradeable Loader Upgrade', ['w', 'w', 'w', 'w', '-', '-', 's'], deployment, (step) =>
    refused(step, `replaces the code of program ${step.accounts[1]}`),
  ),
  shape(
    'Upgradeable Loader SetAuthority',
    ['w', 's'],
    nothing,
    (step) => authorityChange(step, step.accounts[0], 'upgrade authority', step.more[0]?.address ?? null),
    'more',
  ),
  shape(
    'Upgradeable Loader Close',
    ['w', 'w'],
    (args) => (args.remaining === 0 ? null : args.bool()),
    (step) => {
      const [account, destination] = step.accounts;
      if (step.more.length > 2) throw new Malformed('has too many accounts');
      const authority = step.more[0]?.address ?? account;
      if (step.scope.standing === 'called' && !isOurs(step.scope, authority)) return foreign(step, [authority]);
      const amountLamports = step.scope.facts.peek(account)?.lamports ?? null;
      return [{ kind: 'account_closing', instruction: step.position, account, destination, amountLamports }];
    },
    'more',
  ),
  shape(
    'Upgradeable Loader ExtendProgram',
    ['w', 'w'],
    (args) => args.u32(),
    (step) => refused(step, `makes program ${step.accounts[1]} longer by ${step.args} bytes`),
    'more',
  ),
  shape('Upgradeable Loader SetAuthorityChecked', ['w', 's', 's'], nothing, (step) =>
    authorityChange(step, step.accounts[0], 'upgrade authority', step.accounts[2]),
  ),
  shape('Upgradeable Loader Migrate', ['w', 'w', 's'], nothing, (step) =>
    refused(step, `moves program ${step.accounts[1]} to another loader`),
  ),
  shape(
    'Upgradeable Loader ExtendProgramChecked',
    ['w', 'w', 's'],
    (args) => args.u32(),
    (step) => refused(step, `makes program ${step.accounts[1]} longer by ${step.args} bytes`),
    'more',
  ),
];

/** Loader 4 (loader-v4-interface, bincode). */
const V4: readonly Shape[] = [
  shape('Loader V4 Write', ['w', 's'], written, (step) => refused(step, `writes program ${step.accounts[0]}`)),
  shape(
    'Loader V4 Copy',
    ['w', 's', '-'],
    (args) => [args.u32(), args.u32(), args.u32()],
    (step) => refused(step, `writes program ${step.accounts[0]}`),
  ),
  shape(
    'Loader V4 SetProgramLength',
    ['w', 's'],
    (args) => args.u32(),
    (step) => refused(step, `gives program ${step.accounts[0]} another length`),
    'more',
  ),
  shape('Loader V4 Deploy', ['w', 's'], nothing, (step) => refused(step, `deploys program ${step.accounts[0]}`), 'more'),
  shape('Loader V4 Retract', ['w', 's'], nothing, (step) => refused(step, `withdraws program ${step.accounts[0]}`)),
  shape('Loader V4 TransferAuthority', ['w', 's', 's'], nothing, (step) =>
    authorityChange(step, step.accounts[0], 'program authority', step.accounts[2]),
  ),
  shape('Loader V4 Finalize', ['w', 's'], nothing, (step) => authorityChange(step, step.accounts[0], 'program authority', null), 'more'),
];

/** Newer releases add a bool: whether the buffer is closed. */
function deployment(args: ByteReader): { readonly closesBuffer: boolean | null } {
  return { closesBuffer: args.remaining === 0 ? null : args.bool() };
}

const early = numbered('BPF Loader', EARLY);
const upgradeable = numbered('Upgradeable Loader', UPGRADEABLE);
const version4 = numbered('Loader V4', V4);

export const decodeLoader: InstructionDecoder = (instruction, position, scope) => {
  const decode = instruction.program === LOADER_UPGRADEABLE ? upgradeable : instruction.program === LOADER_V4 ? version4 : early;
  return decode(instruction, position, scope);
};
